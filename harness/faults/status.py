"""Faults that are answers: another status instead of the API's work."""

from typing import ClassVar

from harness.errors import ConfigError
from harness.faults.base import Asked, PlainFault, Reply, refuse_outside

LONGEST_WAIT_S = 366 * 86_400
BODILESS = (204, 205, 304)
"""Statuses whose answers carry no body, so no error could be told."""


class Status(PlainFault, frozen=True, kw_only=True, tag="status"):
    """The API does nothing and ``status`` is answered, with ``retry_after_s`` in the header if given."""

    ids: ClassVar[tuple[str, ...]] = ("R-503", "R-429")
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    status: int = 503
    retry_after_s: int | None = None

    def check(self) -> None:
        """Refuse what is no final status, and waits that no header can tell."""
        refuse_outside(self, "status", 200, 599)
        if self.status in BODILESS:
            raise ConfigError(f"Status: an answer with status {self.status} has no body to tell an error in.")
        if self.retry_after_s is not None:
            refuse_outside(self, "retry_after_s", 0, LONGEST_WAIT_S)

    def instead(self, asked: Asked) -> Reply | None:
        """The status and the error that the endpoint documents."""
        told = asked.refusal(self.status, "Unavailable", "try again later")
        return Reply(status=told.status, headers=(*told.headers, *asked.waits(self.retry_after_s)), body=told.body)


FAULTS: tuple[type[PlainFault], ...] = (Status,)
