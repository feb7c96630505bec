"""Clock faults: time that passes during a request, and a server whose own clock is wrong."""

from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, ClassVar

from fiskil_harness.faults.fault import Between, Fault, MatchedExchange, Reply, World, refuse_outside

LONGEST_S = 366 * 86_400


class AdvanceInFlight(Fault, frozen=True, kw_only=True, tag="advance_in_flight"):
    """Sandbox time moves forward by ``seconds`` while the request is open.

    Args:
        seconds: Seconds of sandbox time, from 1 to a year; 900 seconds expire a token that was issued just before.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("K-ADVANCE-IN-FLIGHT", "A-EXPIRE-AT-BOUNDARY", "A-SKEW")
    needs_world: ClassVar[bool] = True

    seconds: Annotated[int, Between(1, LONGEST_S)] = 900

    def disturb_sandbox(self, world: World) -> bool:
        """Advance the time; the API then responds as usual."""
        world.advance(seconds=self.seconds)
        return True


class DateSkew(Fault, frozen=True, kw_only=True, tag="date_skew"):
    """The ``Date`` header of the response is wrong by ``skew_s`` seconds.

    Args:
        skew_s: How far the header is ahead, in seconds; negative if it is behind. Not 0, and a year at most.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("K-DATE-HEADER-LIES", "K-SKEW", "A-SKEW")

    skew_s: int = 3_600

    def check(self) -> None:
        """Raise ConfigError if ``skew_s`` is 0, or more than a year ahead or behind."""
        refuse_outside(self, "skew_s", 1 if self.skew_s == 0 else -LONGEST_S, LONGEST_S)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Shift the ``Date`` header; a response without this header stays unchanged."""
        date = reply.header(b"date").decode("latin-1")
        if not date:
            return reply
        skewed = parsedate_to_datetime(date) + timedelta(seconds=self.skew_s)
        return reply.with_header(b"date", format_datetime(skewed, usegmt=True).encode())
