"""Page views from after a press and before a call failed, to separate texts about waiting from reports of a failure.

Text from before any call failed is certainly about waiting. Later text may report the failure.
"""

from fiskil_harness.journal import Journal, PageView, Pressed
from fiskil_harness.journal.queries.api_calls import bitten_by, calls
from fiskil_harness.journal.queries.page_messages import is_readable
from fiskil_harness.journal.queries.waits import WAITING, presses


def views_before_failure(journal: Journal, view: PageView) -> list[PageView]:
    """Return the views after each press of the end user of *view*, up to the first failed call after that press."""
    return [earlier for earlier in _waiting_views(journal, view) if earlier.at_s < _failed_s(journal, earlier)]


def views_during_call(journal: Journal, view: PageView) -> list[PageView]:
    """Return the views from the last press before *view* until *view*, taken while the app was waiting for the API."""
    press = _press_of(journal, view)
    return [
        earlier
        for earlier in _waiting_views(journal, view)
        if earlier.at_s <= view.at_s and _press_of(journal, earlier) == press
    ]


def is_still_calling(journal: Journal, view: PageView) -> bool:
    """Return True if an API call was in progress at the time of *view*, or began before the next press."""
    next_s = min((pressed.at_s for pressed in journal.all(Pressed) if pressed.at_s > view.at_s), default=float("inf"))
    return any(call.ended_s >= view.at_s and call.at_s < next_s for call in calls(journal))


def _waiting_views(journal: Journal, view: PageView) -> list[PageView]:
    return [
        earlier
        for earlier in journal.all(PageView)
        if earlier.moment == WAITING and earlier.participant == view.participant and is_readable(earlier)
    ]


def _failed_s(journal: Journal, view: PageView) -> float:
    """Return the time at which the first call failed after the last press before *view*; minus infinity if none failed."""
    press = _press_of(journal, view)
    began_s = _began_s(journal, press) if press else float("inf")
    return min((call.ended_s for call in bitten_by(journal) if call.ended_s >= began_s), default=float("-inf"))


def _press_of(journal: Journal, view: PageView) -> Pressed | None:
    """Return the last press that began before *view*, or None if there was none."""
    own = [press for press in presses(journal) if press.participant == view.participant]
    return next((press for press in reversed(own) if _began_s(journal, press) <= view.at_s), None)


def _began_s(journal: Journal, press: Pressed) -> float:
    """Return the time at which a press began: that of the last view before the press.

    The recorded time of the press may be too late, because a busy machine may record the press only after a call failed.
    """
    viewed_s = [
        view.at_s for view in journal.all(PageView) if view.at_s <= press.at_s and view.participant == press.participant
    ]
    return viewed_s[-1] if viewed_s else press.at_s
