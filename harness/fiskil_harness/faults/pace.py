"""Pace faults: every byte arrives, but more slowly or in other pieces. HTTP and JSON stay valid."""

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import Annotated, ClassVar

from fiskil_harness.faults.acts import LONGEST_MS, MOST_PIECES, body_size, bounded
from fiskil_harness.faults.fault import Act, Between, Fault, MatchedExchange, Pause, Piece, refuse_outside


class Bandwidth(Fault, frozen=True, kw_only=True, tag="bandwidth"):
    """The response arrives at ``rate_kb_s``, in slices of up to 100 ms.

    Args:
        rate_kb_s: Kilobytes (1,000 bytes) per second, from 1 to 1,000,000, which no loopback connection exceeds.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-BANDWIDTH",)

    rate_kb_s: Annotated[int, Between(1, 1_000_000)] = 10

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the response in slices, each after a pause for the time of its transfer."""
        return bounded(self._slowly(acts))

    def _slowly(self, acts: Sequence[Act]) -> Iterator[Act]:
        slice_size = self.rate_kb_s * 100
        for act in acts:
            if not isinstance(act, Piece):
                yield act
                continue
            for at in range(0, len(act.data), slice_size):
                part = act.data[at : at + slice_size]
                yield Pause(len(part) / self.rate_kb_s / 1000)
                yield Piece(part, act.is_body)


class Slicer(Fault, frozen=True, kw_only=True, tag="slicer"):
    """The response arrives in pieces of about ``average_bytes``, with a pause of ``delay_us`` after each piece.

    As in Toxiproxy, a piece is cut in two near its middle, repeatedly, until all pieces are small enough.

    Args:
        average_bytes: The average size of a piece, at least 1.
        variation_bytes: How much a piece may be smaller or larger, from 0 to ``average_bytes`` - 1.
        delay_us: The pause in microseconds, from 1 to a minute; without a pause the pieces would arrive joined.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-SLICER",)

    average_bytes: Annotated[int, Between(1)] = 64
    variation_bytes: int = 16
    delay_us: Annotated[int, Between(1, LONGEST_MS * 1000)] = 500

    def check(self) -> None:
        """Raise ConfigError if pieces could be empty or the delay is out of range."""
        super().check()
        refuse_outside(self, "variation_bytes", 0, self.average_bytes - 1)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return smaller pieces with a pause after each; the same acts if every piece is small enough."""
        if not any(isinstance(act, Piece) and self._is_long(len(act.data)) for act in acts):
            return acts
        return bounded(self._sliced(acts, exchange.chance))

    def _sliced(self, acts: Sequence[Act], chance: Random) -> Iterator[Act]:
        left = MOST_PIECES
        for act in acts:
            if not isinstance(act, Piece):
                yield act
                continue
            sliced = 0
            for start, end in islice(self._slices(0, len(act.data), chance), left):
                yield Piece(act.data[start:end], act.is_body)
                yield Pause(self.delay_us / 1_000_000)
                left, sliced = left - 1, end
            if sliced < len(act.data):
                yield Piece(act.data[sliced:], act.is_body)

    def _slices(self, start: int, end: int, chance: Random) -> Iterator[tuple[int, int]]:
        if not self._is_long(end - start):
            yield start, end
            return
        off = chance.randrange(-self.variation_bytes, self.variation_bytes) if self.variation_bytes else 0
        middle = start + (end - start) // 2 + off
        yield from self._slices(start, middle, chance)
        yield from self._slices(middle, end, chance)

    def _is_long(self, size: int) -> bool:
        return size - self.average_bytes > self.variation_bytes


class Drip(Fault, frozen=True, kw_only=True, tag="drip"):
    """A byte of the body arrives every ``every_ms``, so no single read takes long; after a minute the rest arrives at once.

    Of a response without a body, such as a 204, the head arrives in this way.

    Args:
        every_ms: The interval, from 1 to 60,000 milliseconds.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-DRIP",)

    every_ms: Annotated[int, Between(1, LONGEST_MS)] = 200

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return single bytes of the body, or of the head if there is no body, with a pause after each."""
        return bounded(self._dripped(acts, is_body=body_size(acts) > 0))

    def _dripped(self, acts: Sequence[Act], *, is_body: bool) -> Iterator[Act]:
        left = min(MOST_PIECES, LONGEST_MS // self.every_ms)
        for act in acts:
            if not (isinstance(act, Piece) and act.is_body == is_body):
                yield act
                continue
            singles = min(left, len(act.data))
            left -= singles
            for at in range(singles):
                yield Piece(act.data[at : at + 1], is_body)
                yield Pause(self.every_ms / 1000)
            if singles < len(act.data):
                yield Piece(act.data[singles:], is_body)


class Dribble(Fault, frozen=True, kw_only=True, tag="dribble"):
    """The body arrives in ``chunks`` equal pieces over ``total_ms``, with a pause before each.

    The last piece also has the remaining bytes. If the body is shorter than ``chunks``, each byte is a piece, as with
    WireMock's ``chunkedDribbleDelay``.

    Args:
        chunks: The number of pieces, from 1 to ``total_ms``.
        total_ms: The total time, from 1 to 60,000 milliseconds.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-DRIBBLE",)

    chunks: Annotated[int, Between(1, "total_ms")] = 5
    total_ms: Annotated[int, Between(1, LONGEST_MS)] = 1_000

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts with the body in equal parts, a pause before each; cuts made by earlier faults remain."""
        size = body_size(acts)
        if not size:
            return acts
        chunks = min(self.chunks, size)
        return bounded(self._parted(acts, frozenset(size // chunks * number for number in range(chunks)), chunks))

    def _parted(self, acts: Sequence[Act], starts: frozenset[int], chunks: int) -> Iterator[Act]:
        pause = Pause(self.total_ms // chunks / 1000)
        at = 0
        for act in acts:
            if not (isinstance(act, Piece) and act.is_body):
                yield act
                continue
            cuts = sorted({0, *[start - at for start in starts if at <= start < at + len(act.data)]})
            for cut, until in zip(cuts, [*cuts[1:], len(act.data)], strict=True):
                if at + cut in starts:
                    yield pause
                yield Piece(act.data[cut:until], is_body=True)
            at += len(act.data)
