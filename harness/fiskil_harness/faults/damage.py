"""Faults that damage what is written: lost bytes, flipped bits, noise in place of a response.

Random damage may break anything, or nothing that a client notices; such faults declare ``bytes`` as what they spoil.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from fiskil_harness.faults.acts import chunked, has_end, is_framed, refuse_other
from fiskil_harness.faults.fault import Act, End, MatchedExchange, Piece, PlainFault, head_and_body, refuse_outside

MessagePart = Literal["head", "body"]
MOST_BITS = 10_000


class ChunkLoss(PlainFault, frozen=True, kw_only=True, tag="chunk_loss"):
    """Random chunks of the response are lost, and nothing else changes.

    No network does this to HTTP, because TCP sends a lost packet again. A broken proxy or buffer does: the bytes after the
    gap move up, and a client that waits for the announced length gets nothing more. The connection then stays open for a
    minute at most.

    Args:
        loss_percent: The chance that a chunk is lost, from 1 to 100 percent.
        extra_percent: How many percent more after a loss; together at most 100.
        chunk_bytes: The size of a chunk, at least 1 byte.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LOSS",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("bytes",)

    loss_percent: int = 20
    extra_percent: int = 0
    chunk_bytes: int = 512

    def check(self) -> None:
        """Raise ConfigError if a percentage is outside 0 to 100, nothing is lost, or chunks are empty."""
        refuse_outside(self, "loss_percent", 1, 100)
        refuse_outside(self, "extra_percent", 0, 100 - self.loss_percent)
        refuse_outside(self, "chunk_bytes", 1)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the chunks that are not lost; the same acts if none is lost."""
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


class Corrupt(PlainFault, frozen=True, kw_only=True, tag="corrupt"):
    """``bits`` random bits of the head or of the body are flipped.

    Args:
        bits: From 1 to 10,000.
        part: ``head`` or ``body``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-CORRUPT",)
    spoils: ClassVar[tuple[str, ...]] = ("bytes",)

    bits: int = 1
    part: MessagePart = "body"

    def check(self) -> None:
        """Raise ConfigError unless ``bits`` is from 1 to 10,000 and ``part`` is ``head`` or ``body``."""
        refuse_outside(self, "bits", 1, MOST_BITS)
        refuse_other(self, "part", ("head", "body"))

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the same pieces with different bits flipped: ``bits`` of them, or all if there are fewer."""
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


class Garbage(PlainFault, frozen=True, kw_only=True, tag="random_data_then_close"):
    """The API does its work, then random bytes arrive instead of a response, and the connection closes.

    Args:
        size_bytes: The number of random bytes, from 1 to 1,000,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-GARBAGE",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    size_bytes: int = 64

    def check(self) -> None:
        """Raise ConfigError unless ``size_bytes`` is from 1 to 1,000,000; no byte at all is ``empty_response``."""
        refuse_outside(self, "size_bytes", 1, 1_000_000)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return random bytes, then FIN."""
        return (Piece(_noise(exchange, self.size_bytes)), End.CLOSE)


class GarbageAfterHead(PlainFault, frozen=True, kw_only=True, tag="malformed_response_chunk"):
    """A correct head announces chunks, then random bytes arrive, and the connection closes.

    Args:
        size_bytes: The number of random bytes, from 1 to 1,000,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-GARBAGE-AFTER-200",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    size_bytes: int = 64

    def check(self) -> None:
        """Raise ConfigError unless ``size_bytes`` is from 1 to 1,000,000; no byte at all is ``limit_data``."""
        refuse_outside(self, "size_bytes", 1, 1_000_000)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the head and random bytes, then FIN."""
        if not is_framed(acts):
            return acts
        pieces = [act for act in chunked(acts, last=b"") if isinstance(act, Piece) and not act.is_body]
        return (*pieces, Piece(_noise(exchange, self.size_bytes), is_body=True), End.CLOSE)


def _noise(exchange: MatchedExchange, size_bytes: int) -> bytes:
    """Return random bytes that are not HTTP: the first belongs to no token and no number."""
    return b"\xff" + exchange.chance.randbytes(size_bytes - 1)


FAULTS: tuple[type[PlainFault], ...] = (ChunkLoss, Corrupt, Garbage, GarbageAfterHead)
