"""Faults of the payload: HTTP is fine, the JSON is not."""

from typing import ClassVar

from harness.faults.base import Answer, PlainFault, refuse_outside


class TruncatedJson(PlainFault, frozen=True, kw_only=True, tag="truncated_json"):
    """The body is cut to ``keep_percent`` and announced at that length, so only its JSON is broken (J-TRUNC)."""

    spoils: ClassVar[tuple[str, ...]] = ("body",)

    keep_percent: int = 50

    def check(self) -> None:
        """Refuse a body that is kept whole, and one that would be kept less than not at all."""
        refuse_outside(self, "keep_percent", 1, 99)

    async def bite(self, answer: Answer) -> None:
        """Send the first part of the body as if it were all."""
        forwarded = await answer.forward()
        body = forwarded.body[: max(1, len(forwarded.body) * self.keep_percent // 100)]
        if body == forwarded.body:
            await answer.spare(forwarded)
            return
        kept = tuple((name, value) for name, value in forwarded.headers if name != b"content-length")
        await answer.send(forwarded.status, (*kept, (b"content-length", str(len(body)).encode())), body)
