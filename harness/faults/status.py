"""Faults that are answers: another status instead of the API's work."""

from typing import ClassVar

from msgspec import Struct

from harness.faults.base import Answer


class Status(Struct, frozen=True, kw_only=True, tag="status"):
    """The API does nothing and ``status`` is answered, with ``retry_after_s`` in the header if given (R-503, R-429)."""

    spoils: ClassVar[tuple[str, ...]] = ("status",)

    status: int = 503
    retry_after_s: int | None = None

    async def bite(self, answer: Answer) -> None:
        """Answer with the status and the error that the endpoint documents."""
        await answer.refuse(self.status, "Unavailable", "try again later", answer.waits(self.retry_after_s))
