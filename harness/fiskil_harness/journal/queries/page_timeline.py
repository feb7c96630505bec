"""Texts that a page showed after a press while the app was still busy; they do not report a failure.

Only text from before any call failed is certainly about the wait; later text may report the failure.
"""

from fiskil_harness.journal import Exchange, Journal, PageView, Pressed
from fiskil_harness.journal.queries.api_calls import bitten_by, calls
from fiskil_harness.journal.queries.page_messages import is_readable
from fiskil_harness.journal.queries.waits import WAITING, presses


def views_before_failure(journal: Journal, view: PageView) -> list[PageView]:
    """Return the views after any press of the same end user, from before a call of that press failed."""
    return [earlier for earlier in _waiting_views(journal, view) if earlier.at_s < _failed_s(journal, earlier)]


def views_during_call(journal: Journal, view: PageView) -> list[PageView]:
    """Return the views since the same press, up to *view*, while the app was still busy."""
    press = _press_of(journal, view)
    return [
        earlier
        for earlier in _waiting_views(journal, view)
        if earlier.at_s <= view.at_s and _press_of(journal, earlier) == press
    ]


def is_still_calling(journal: Journal, view: PageView) -> bool:
    """Return True if the app had an open API call at the time of *view*, or made one before the next press."""
    next_s = min((pressed.at_s for pressed in journal.all(Pressed) if pressed.at_s > view.at_s), default=float("inf"))
    return any(_overlaps(call, view.at_s, next_s) for call in calls(journal))


def _overlaps(call: Exchange, since_s: float, until_s: float) -> bool:
    return call.ended_s >= since_s and call.at_s < until_s


def _waiting_views(journal: Journal, view: PageView) -> list[PageView]:
    return [
        earlier
        for earlier in journal.all(PageView)
        if earlier.moment == WAITING and earlier.participant == view.participant and is_readable(earlier)
    ]


def _failed_s(journal: Journal, view: PageView) -> float:
    """Return when the first call after the latest press before *view* failed; minus infinity if none failed."""
    press = _press_of(journal, view)
    began_s = _began_s(journal, press) if press else float("inf")
    return min((call.ended_s for call in bitten_by(journal) if call.ended_s >= began_s), default=float("-inf"))


def _press_of(journal: Journal, view: PageView) -> Pressed | None:
    """Return the last press before *view*; a view taken during the press belongs to it too."""
    own = [press for press in presses(journal) if press.participant == view.participant]
    return next((press for press in reversed(own) if _began_s(journal, press) <= view.at_s), None)


def _began_s(journal: Journal, press: Pressed) -> float:
    """Return when the page was last viewed before a press; a busy machine may record the press after a call failed."""
    viewed_s = [
        view.at_s for view in journal.all(PageView) if view.at_s <= press.at_s and view.participant == press.participant
    ]
    return viewed_s[-1] if viewed_s else press.at_s
