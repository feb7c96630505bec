"""Storms: equal failing API calls that follow each other too quickly."""

from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.queries.idleness import idle_before, work_between

MAX_CALLS, WINDOW_S = 20, 3.0
"""Maximum number of equal failing calls in this time, in real seconds, however little work there was."""
MAX_ATTEMPTS = 3
"""Number of attempts that each piece of work may take; many pieces of work may cause more than ``MAX_CALLS``."""
LOOK_BACK_S = 30.0
"""Work that began longer before the first call caused none of the calls, in real seconds."""


def is_storm(journal: Journal, calls: list[Exchange]) -> bool:
    """Return True if more than ``MAX_CALLS`` of the equal *calls* began within ``WINDOW_S``, and too many for the work.

    Args:
        calls: Equal calls in the order of their time.
    """
    last = 0
    for first, call in enumerate(calls):
        while last < len(calls) and calls[last].at_s - call.at_s <= WINDOW_S:
            last += 1
        number = last - first
        if number > MAX_CALLS and number > MAX_ATTEMPTS * _work(journal, call, calls[last - 1]):
            return True
    return False


def _work(journal: Journal, first: Exchange, last: Exchange) -> int:
    """Return the number of deliveries and hook calls that may have caused the calls from *first* to *last*.

    These are the ones since the app was last idle before *first*, and not longer ago than ``LOOK_BACK_S``.
    """
    since_s = max(idle_before(journal, first.at_s), first.at_s - LOOK_BACK_S)
    return work_between(journal, since_s, last.at_s)
