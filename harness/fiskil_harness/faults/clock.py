"""Faults of the clock: time that passes while a request is open, and a server whose own clock is wrong."""

from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import ClassVar

from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply, World, refuse_outside

LONGEST_S = 366 * 86_400


class AdvanceInFlight(PlainFault, frozen=True, kw_only=True, tag="advance_in_flight"):
    """Sandbox time moves on by ``seconds`` while the request is open; 900 of them outlive a token that is new."""

    ids: ClassVar[tuple[str, ...]] = ("K-ADVANCE-IN-FLIGHT", "A-EXPIRE-AT-BOUNDARY", "A-SKEW")
    needs_world: ClassVar[bool] = True

    seconds: int = 900

    def check(self) -> None:
        """Refuse to stand still, to go back, and to go further than a year."""
        refuse_outside(self, "seconds", 1, LONGEST_S)

    def disturb_sandbox(self, world: World) -> bool:
        """Advance, then let the API answer as it does."""
        world.advance(seconds=self.seconds)
        return True


class DateSkew(PlainFault, frozen=True, kw_only=True, tag="date_skew"):
    """The ``Date`` of the answer is ``skew_s`` ahead of the time, or behind it below zero."""

    ids: ClassVar[tuple[str, ...]] = ("K-DATE-HEADER-LIES", "K-SKEW", "A-SKEW")

    skew_s: int = 3_600

    def check(self) -> None:
        """Refuse the right time, and more than a year beside it."""
        refuse_outside(self, "skew_s", 1 if self.skew_s == 0 else -LONGEST_S, LONGEST_S)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same answer at another time; one without a date stays."""
        told = reply.header(b"date").decode("latin-1")
        if not told:
            return reply
        skewed = parsedate_to_datetime(told) + timedelta(seconds=self.skew_s)
        return reply.with_header(b"date", format_datetime(skewed, usegmt=True).encode())


FAULTS: tuple[type[PlainFault], ...] = (AdvanceInFlight, DateSkew)
