"""Faults that damage what is written: bytes lost, bits flipped, noise in place of an answer.

What chance damages may break anything, or nothing that anybody notices; so ``bytes`` is all that it says it spoils.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from fiskil_harness.faults.acts import chunked, has_end, is_framed, refuse_other
from fiskil_harness.faults.fault import Act, End, MatchedExchange, Piece, PlainFault, head_and_body, refuse_outside

MessagePart = Literal["head", "body"]
MOST_BITS = 10_000


class ChunkLoss(PlainFault, frozen=True, kw_only=True, tag="chunk_loss"):
    """Chunks of the answer go missing and nothing else does: ``loss_percent`` of them, ``extra_percent`` more after a loss.

    No network does this to HTTP, for TCP sends a lost packet again. A broken proxy or buffer does: the bytes after the gap
    move up, and a client that was promised more waits for it; the connection stays open and silent, at most a minute.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LOSS",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("bytes",)

    loss_percent: int = 20
    extra_percent: int = 0
    chunk_bytes: int = 512

    def check(self) -> None:
        """Refuse no loss."""
        refuse_outside(self, "loss_percent", 1, 100)
        refuse_outside(self, "extra_percent", 0, 100 - self.loss_percent)
        refuse_outside(self, "chunk_bytes", 1)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """The chunks that chance has left; the same acts where it took none."""
        kept: list[Act] = []
        is_lost = has_lost = False
        for act in acts:
            if not isinstance(act, Piece):
                kept.append(act)
                continue
            for at in range(0, len(act.data), self.chunk_bytes):
                is_lost = exchange.chance.random() * 100 < self.loss_percent + (self.extra_percent if is_lost else 0)
                has_lost = has_lost or is_lost
                if not is_lost:
                    kept.append(Piece(act.data[at : at + self.chunk_bytes], act.is_body))
        if not has_lost:
            return acts
        return kept if has_end(kept) else [*kept, End.STALL]


class Corrupt(PlainFault, frozen=True, kw_only=True, tag="corrupt"):
    """``bits`` of the head or of the body are flipped, where chance has it."""

    ids: ClassVar[tuple[str, ...]] = ("N-CORRUPT",)
    spoils: ClassVar[tuple[str, ...]] = ("bytes",)

    bits: int = 1
    part: MessagePart = "body"

    def check(self) -> None:
        """Refuse no bit at all."""
        refuse_outside(self, "bits", 1, MOST_BITS)
        refuse_other(self, "part", ("head", "body"))

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """The same pieces with different bits flipped: ``bits`` of them, or all there are."""
        is_body = self.part == "body"
        size = len(head_and_body(acts)[is_body])
        places = exchange.chance.sample(range(size * 8), min(self.bits, size * 8))
        done: list[Act] = []
        start = 0
        for act in acts:
            if not isinstance(act, Piece) or act.is_body != is_body:
                done.append(act)
                continue
            data = bytearray(act.data)
            for place in places:
                if start <= place // 8 < start + len(data):
                    data[place // 8 - start] ^= 1 << place % 8
            done.append(Piece(bytes(data), is_body))
            start += len(data)
        return done


class Garbage(PlainFault, frozen=True, kw_only=True, tag="random_data_then_close"):
    """The API did its work, then ``size_bytes`` of noise come instead of an answer, and the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-GARBAGE",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    size_bytes: int = 64

    def check(self) -> None:
        """Refuse no noise: that is ``empty_response``."""
        refuse_outside(self, "size_bytes", 1, 1_000_000)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Noise, then FIN."""
        return (Piece(_noise(exchange, self.size_bytes)), End.CLOSE)


class GarbageAfterHead(PlainFault, frozen=True, kw_only=True, tag="malformed_response_chunk"):
    """A good head promises chunks, then ``size_bytes`` of noise come, and the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-GARBAGE-AFTER-200",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    size_bytes: int = 64

    def check(self) -> None:
        """Refuse no noise: that is ``limit_data``."""
        refuse_outside(self, "size_bytes", 1, 1_000_000)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """The head, noise, then FIN."""
        if not is_framed(acts):
            return acts
        pieces = [act for act in chunked(acts, last=b"") if isinstance(act, Piece) and not act.is_body]
        return (*pieces, Piece(_noise(exchange, self.size_bytes), is_body=True), End.CLOSE)


def _noise(exchange: MatchedExchange, size_bytes: int) -> bytes:
    """Bytes that are no HTTP: the first is of no word and no number."""
    return b"\xff" + exchange.chance.randbytes(size_bytes - 1)


FAULTS: tuple[type[PlainFault], ...] = (ChunkLoss, Corrupt, Garbage, GarbageAfterHead)
