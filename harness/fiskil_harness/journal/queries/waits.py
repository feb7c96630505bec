"""What a person saw while the app waited for the API: presses, looks that followed, calls that hung meanwhile."""

from fiskil_harness.journal import Exchange, Journal, Limits, PageView, Pressed
from fiskil_harness.journal.queries.api_calls import bitten_by

LINKING = "link"
WAITING, STALLED = "waiting", "stalled"


def presses(journal: Journal) -> list[Pressed]:
    """Each press that was to begin a journey."""
    return [pressed for pressed in journal.all(Pressed) if pressed.purpose == LINKING]


def view_before(journal: Journal, press: Pressed) -> PageView | None:
    """The page as it was before the press."""
    seen = [view for view in journal.all(PageView) if view.at_s <= press.at_s and view.participant == press.participant]
    return seen[-1] if seen else None


def views_before(journal: Journal, press: Pressed) -> list[PageView]:
    """The page as it was before the press, at each width at which somebody had looked at it; the widest last."""
    last = view_before(journal, press)
    if last is None:
        return []
    seen = [view for view in journal.all(PageView) if view.at_s <= press.at_s and view.participant == press.participant]
    found = {
        view.width_px: view for view in seen if (view.page, view.url, view.moment) == (last.page, last.url, last.moment)
    }
    return [found[width_px] for width_px in sorted(found)]


def views_after(journal: Journal, press: Pressed, moment: str) -> list[PageView]:
    """What was seen at a *moment* after the press, until the next one."""
    next_s = min((pressed.at_s for pressed in journal.all(Pressed) if pressed.at_s > press.at_s), default=float("inf"))
    mine = [view for view in journal.all(PageView) if view.moment == moment and view.participant == press.participant]
    return [view for view in mine if press.at_s <= view.at_s <= next_s]


def held_calls(journal: Journal, press: Pressed) -> list[Exchange]:
    """The calls that a fault held up after the press, and before the next."""
    next_s = min((pressed.at_s for pressed in journal.all(Pressed) if pressed.at_s > press.at_s), default=float("inf"))
    return [call for call in bitten_by(journal) if call.ended_s >= press.at_s and call.at_s <= next_s]


def was_viewed_before_response(journal: Journal, press: Pressed, look: PageView) -> bool:
    """Whether somebody looked before the answer to such a call was there, or given up."""
    return any(held_call.ended_s >= look.at_s for held_call in held_calls(journal, press))


def is_waiting(journal: Journal, press: Pressed, look: PageView) -> bool:
    """Whether such a call was open when somebody looked."""
    return any(held_call.at_s <= look.at_s <= held_call.ended_s for held_call in held_calls(journal, press))


def limits_of(journal: Journal) -> Limits | None:
    """What the team promises, once the scenario has begun."""
    found = journal.all(Limits)
    return found[-1] if found else None
