"""Faults that damage the bytes of a response: lost chunks, flipped bits, random bytes in place of the response.

Random damage may break any part of a response, or nothing that a client notices. Faults with random damage declare this
by ``bytes`` in ``spoils``.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from fiskil_harness.faults.acts import chunked, has_end, is_framed
from fiskil_harness.faults.fault import (
    QUOTED,
    Act,
    Between,
    End,
    Fault,
    FramingFault,
    MatchedExchange,
    Piece,
    head_and_body,
    refuse_outside,
)

MessagePart = Annotated[Literal["head", "body"], QUOTED]
MOST_BITS = 10_000


class ChunkLoss(Fault, frozen=True, kw_only=True, tag="chunk_loss"):
    """Random chunks of the response are lost, and the rest is sent unchanged.

    No network does this to HTTP, because TCP sends a lost packet again. A broken proxy or buffer does: the bytes after the
    gap move up, and a client that waits for the announced length gets nothing more. The connection then stays open for a
    minute at most.

    Args:
        loss_percent: The chance that a chunk is lost, from 1 to 100 percent.
        extra_percent: Percent added to that chance directly after a lost chunk; the sum is at most 100.
        chunk_bytes: The size of a chunk, at least 1 byte.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LOSS",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("bytes",)

    loss_percent: Annotated[int, Between(1, 100)] = 20
    extra_percent: int = 0
    chunk_bytes: Annotated[int, Between(1)] = 512

    def check(self) -> None:
        """Raise ConfigError if a percentage or ``chunk_bytes`` is out of range."""
        super().check()
        refuse_outside(self, "extra_percent", 0, 100 - self.loss_percent)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the response without its lost chunks; the same acts if no chunk is lost."""
        remaining: list[Act] = []
        is_lost = has_lost = False
        for act in acts:
            if not isinstance(act, Piece):
                remaining.append(act)
                continue
            for at in range(0, len(act.data), self.chunk_bytes):
                is_lost = exchange.chance.random() * 100 < self.loss_percent + (self.extra_percent if is_lost else 0)
                has_lost = has_lost or is_lost
                if not is_lost:
                    remaining.append(Piece(act.data[at : at + self.chunk_bytes], act.is_body))
        if not has_lost:
            return acts
        return remaining if has_end(remaining) else [*remaining, End.STALL]


class Corrupt(Fault, frozen=True, kw_only=True, tag="corrupt"):
    """In the head or in the body, ``bits`` random bits are flipped.

    Args:
        bits: The number of flipped bits, from 1 to 10,000.
        part: The damaged part: ``head`` or ``body``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-CORRUPT",)
    spoils: ClassVar[tuple[str, ...]] = ("bytes",)

    bits: Annotated[int, Between(1, MOST_BITS)] = 1
    part: MessagePart = "body"

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts with ``bits`` randomly chosen bits flipped, or with all bits flipped if there are fewer."""
        is_body = self.part == "body"
        size = len(head_and_body(acts)[is_body])
        places = exchange.chance.sample(range(size * 8), min(self.bits, size * 8))
        result: list[Act] = []
        start = 0
        for act in acts:
            if not isinstance(act, Piece) or act.is_body != is_body:
                result.append(act)
                continue
            data = bytearray(act.data)
            for place in places:
                if start <= place // 8 < start + len(data):
                    data[place // 8 - start] ^= 1 << place % 8
            result.append(Piece(bytes(data), is_body))
            start += len(data)
        return result


class Garbage(FramingFault, frozen=True, kw_only=True, tag="random_data_then_close"):
    """The API does its work, but random bytes arrive instead of a response, and the connection closes.

    Args:
        size_bytes: The number of random bytes, from 1 to 1,000,000. For no bytes there is ``empty_response``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-GARBAGE",)

    size_bytes: Annotated[int, Between(1, 1_000_000)] = 64

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return random bytes, then FIN."""
        return (Piece(_noise(exchange, self.size_bytes)), End.CLOSE)


class GarbageAfterHead(FramingFault, frozen=True, kw_only=True, tag="malformed_response_chunk"):
    """A correct head announces a chunked body, but random bytes arrive as the body, and the connection closes.

    Args:
        size_bytes: The number of random bytes, from 1 to 1,000,000. For no bytes there is ``limit_data``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-GARBAGE-AFTER-200",)

    size_bytes: Annotated[int, Between(1, 1_000_000)] = 64

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the head and random bytes, then FIN."""
        if not is_framed(acts):
            return acts
        pieces = [act for act in chunked(acts, last=b"") if isinstance(act, Piece) and not act.is_body]
        return (*pieces, Piece(_noise(exchange, self.size_bytes), is_body=True), End.CLOSE)


def _noise(exchange: MatchedExchange, size_bytes: int) -> bytes:
    """Return random bytes that are certainly not HTTP, because the first byte is 0xFF."""
    return b"\xff" + exchange.chance.randbytes(size_bytes - 1)
