"""Faults of the connection: resets, early ends, stalls and drips."""

from collections.abc import Sequence
from typing import ClassVar

from harness.faults.base import Act, Asked, End, Pause, Piece, PlainFault, refuse_outside, up_to

LONGEST_PAUSE_MS = 60_000


class ResetPeer(PlainFault, frozen=True, kw_only=True, tag="reset_peer"):
    """The API did its work, then the connection is reset after ``after_bytes`` of the response body."""

    ids: ClassVar[tuple[str, ...]] = ("N-RESET-POST-HDR", "N-RESET-MID")
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 0

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)

    def shape(self, acts: Sequence[Act], asked: Asked) -> Sequence[Act]:
        """The head and some of the body, then RST."""
        kept = up_to(acts, self.after_bytes)
        return acts if kept is None else [*kept, End.RESET]


class LimitBytes(PlainFault, frozen=True, kw_only=True, tag="limit_data"):
    """The connection is closed after ``after_bytes`` of the response body, though more was announced."""

    ids: ClassVar[tuple[str, ...]] = ("N-LIMIT", "H-CL-LONG")
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 0

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)

    def shape(self, acts: Sequence[Act], asked: Asked) -> Sequence[Act]:
        """The head and some of the body, then FIN."""
        kept = up_to(acts, self.after_bytes)
        return acts if kept is None else [*kept, End.CLOSE]


class EmptyResponse(PlainFault, frozen=True, kw_only=True, tag="empty_response"):
    """The API never sees the request: the connection closes without a byte."""

    ids: ClassVar[tuple[str, ...]] = ("N-EMPTY",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    def ahead(self, asked: Asked) -> Sequence[Act]:
        """FIN."""
        return (End.CLOSE,)


class Stall(PlainFault, frozen=True, kw_only=True, tag="stall"):
    """After ``after_bytes`` of the response body nothing more comes, and the connection stays open."""

    ids: ClassVar[tuple[str, ...]] = ("H-STALL-BODY",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 0

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)

    def shape(self, acts: Sequence[Act], asked: Asked) -> Sequence[Act]:
        """The head and some of the body, then nothing."""
        kept = up_to(acts, self.after_bytes)
        return acts if kept is None else [*kept, End.STALL]


class Drip(PlainFault, frozen=True, kw_only=True, tag="drip"):
    """The body comes byte by byte, one each ``every_ms``, so that no single read takes long."""

    ids: ClassVar[tuple[str, ...]] = ("H-DRIP",)

    every_ms: int = 200

    def check(self) -> None:
        """Refuse bytes without a pause between them."""
        refuse_outside(self, "every_ms", 1, LONGEST_PAUSE_MS)

    def shape(self, acts: Sequence[Act], asked: Asked) -> Sequence[Act]:
        """The head, then single bytes, each with a pause after it."""
        dripped: list[Act] = []
        for act in acts:
            if isinstance(act, Piece) and act.is_body:
                for at in range(len(act.data)):
                    dripped += (Piece(act.data[at : at + 1], is_body=True), Pause(self.every_ms / 1000))
            else:
                dripped.append(act)
        return dripped


FAULTS: tuple[type[PlainFault], ...] = (Drip, EmptyResponse, LimitBytes, ResetPeer, Stall)
