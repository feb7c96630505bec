"""Faults of the payload: HTTP is fine, the JSON is not."""

from typing import ClassVar

from harness.faults.base import Asked, PlainFault, Reply, refuse_outside


class TruncatedJson(PlainFault, frozen=True, kw_only=True, tag="truncated_json"):
    """The body is cut to ``keep_percent`` and announced at that length, so only its JSON is broken."""

    ids: ClassVar[tuple[str, ...]] = ("J-TRUNC",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    keep_percent: int = 50

    def check(self) -> None:
        """Refuse a body that is kept whole, and one that would be kept less than not at all."""
        refuse_outside(self, "keep_percent", 1, 99)

    def change(self, reply: Reply, asked: Asked) -> Reply:
        """The first part of the body as if it were all."""
        body = reply.body[: max(1, len(reply.body) * self.keep_percent // 100)]
        return reply if body == reply.body else reply.with_body(body)


FAULTS: tuple[type[PlainFault], ...] = (TruncatedJson,)
