"""Faults of the connection: resets, early ends, stalls and drips."""

from typing import ClassVar

from harness.faults.base import Answer, PlainFault, refuse_outside

LONGEST_PAUSE_MS = 60_000


class ResetPeer(PlainFault, frozen=True, kw_only=True, tag="reset_peer"):
    """The API did its work, then the connection is reset after ``after_bytes`` of the response body (N-RESET-MID)."""

    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 0

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)

    async def bite(self, answer: Answer) -> None:
        """Send the head and some of the body, then reset."""
        forwarded = await answer.forward()
        if self.after_bytes >= len(forwarded.body):
            await answer.spare(forwarded)
            return
        await answer.send_head(forwarded.status, forwarded.headers)
        await answer.send_part(forwarded.body[: self.after_bytes])
        answer.reset()


class LimitBytes(PlainFault, frozen=True, kw_only=True, tag="limit_data"):
    """The connection is closed after ``after_bytes`` of the response body, though more was announced (N-LIMIT)."""

    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 0

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)

    async def bite(self, answer: Answer) -> None:
        """Send the head and some of the body, then close."""
        forwarded = await answer.forward()
        if self.after_bytes >= len(forwarded.body):
            await answer.spare(forwarded)
            return
        await answer.send_head(forwarded.status, forwarded.headers)
        await answer.send_part(forwarded.body[: self.after_bytes])
        answer.close()


class EmptyResponse(PlainFault, frozen=True, kw_only=True, tag="empty_response"):
    """The API never sees the request: the connection closes without a byte (N-EMPTY)."""

    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    async def bite(self, answer: Answer) -> None:
        """Close."""
        answer.close()


class Stall(PlainFault, frozen=True, kw_only=True, tag="stall"):
    """After ``after_bytes`` of the response body nothing more comes, and the connection stays open (H-STALL-BODY)."""

    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 0

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)

    async def bite(self, answer: Answer) -> None:
        """Send the head and some of the body, then nothing."""
        forwarded = await answer.forward()
        if self.after_bytes >= len(forwarded.body):
            await answer.spare(forwarded)
            return
        await answer.send_head(forwarded.status, forwarded.headers)
        await answer.send_part(forwarded.body[: self.after_bytes])
        await answer.stall()


class Drip(PlainFault, frozen=True, kw_only=True, tag="drip"):
    """The body comes byte by byte, one each ``every_ms``, so that no single read takes long (H-DRIP)."""

    spoils: ClassVar[tuple[str, ...]] = ()

    every_ms: int = 200

    def check(self) -> None:
        """Refuse bytes without a pause between them."""
        refuse_outside(self, "every_ms", 1, LONGEST_PAUSE_MS)

    async def bite(self, answer: Answer) -> None:
        """Send the head, then the body in single bytes."""
        forwarded = await answer.forward()
        if not forwarded.body:
            await answer.spare(forwarded)
            return
        await answer.send_head(forwarded.status, forwarded.headers)
        for at in range(len(forwarded.body)):
            await answer.send_part(forwarded.body[at : at + 1])
            if await answer.leaves_within_s(self.every_ms / 1000):
                return
        await answer.finish()
