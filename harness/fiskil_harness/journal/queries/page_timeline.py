"""What a page had said since a press before the app was done: what then is still all that it says tells of no failure.

For sure only what stood there before any call had failed is about the wait; what came later may be of the failure.
"""

from fiskil_harness.journal import Exchange, Journal, PageView, Pressed
from fiskil_harness.journal.queries.api_calls import bitten_by, calls
from fiskil_harness.journal.queries.page_messages import is_readable
from fiskil_harness.journal.queries.waits import WAITING, presses


def views_before_failure(journal: Journal, look: PageView) -> list[PageView]:
    """What was seen after any press of the same end user before a call of that press had failed."""
    return [view for view in _waiting(journal, look) if view.at_s < _failed_s(journal, view)]


def views_during_call(journal: Journal, look: PageView) -> list[PageView]:
    """What was seen since the same press while the app was still at it."""
    press = _press_of(journal, look)
    return [view for view in _waiting(journal, look) if view.at_s <= look.at_s and _press_of(journal, view) == press]


def is_at_it(journal: Journal, look: PageView) -> bool:
    """Whether the app was still calling when somebody looked, or called again before they pressed anew."""
    next_s = min((pressed.at_s for pressed in journal.all(Pressed) if pressed.at_s > look.at_s), default=float("inf"))
    return any(_is_going(call, look.at_s, next_s) for call in calls(journal))


def _is_going(call: Exchange, look_s: float, next_s: float) -> bool:
    return call.ended_s >= look_s and call.at_s < next_s


def _waiting(journal: Journal, look: PageView) -> list[PageView]:
    return [
        view
        for view in journal.all(PageView)
        if view.moment == WAITING and view.participant == look.participant and is_readable(view)
    ]


def _failed_s(journal: Journal, look: PageView) -> float:
    """When the first call of the press before a look had failed; minus infinity where none is known to have failed."""
    press = _press_of(journal, look)
    began_s = _began_s(journal, press) if press else float("inf")
    return min((call.ended_s for call in bitten_by(journal) if call.ended_s >= began_s), default=float("-inf"))


def _press_of(journal: Journal, look: PageView) -> Pressed | None:
    """The last press before somebody looked; a look that is taken while the press goes on belongs to it too."""
    mine = [press for press in presses(journal) if press.participant == look.participant]
    return next((pressed for pressed in reversed(mine) if _began_s(journal, pressed) <= look.at_s), None)


def _began_s(journal: Journal, press: Pressed) -> float:
    """When the page was last looked at before a press: a busy machine writes the press down after the call has failed."""
    seen = [view.at_s for view in journal.all(PageView) if view.at_s <= press.at_s and view.participant == press.participant]
    return seen[-1] if seen else press.at_s
