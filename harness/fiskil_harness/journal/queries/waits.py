"""Queries about presses on pages: the page views before and after a press, and the API calls that hung meanwhile."""

from typing import Final

from fiskil_harness.journal import Exchange, Journal, Limits, PageView, Pressed, ViewMoment
from fiskil_harness.journal.queries.api_calls import bitten_by

LINKING: Final = "link"
WAITING: Final = "waiting"
STALLED: Final = "stalled"


def presses(journal: Journal) -> list[Pressed]:
    """Return the presses that were made to begin a consent journey: the last press of each step.

    Earlier presses of a step led to a further page of the app, or had no result that could be observed.
    """
    linking = [press for press in journal.all(Pressed) if press.purpose == LINKING]
    return list({(press.participant, press.step): press for press in linking}.values())


def view_before(journal: Journal, press: Pressed) -> PageView | None:
    """Return the last page view before *press*, or None if there is none."""
    earlier = _earlier_views(journal, press)
    return earlier[-1] if earlier else None


def views_before(journal: Journal, press: Pressed) -> list[PageView]:
    """Return the last page views before *press*, one for each width of that page; the widest is last."""
    earlier = _earlier_views(journal, press)
    if not earlier:
        return []
    last = earlier[-1]
    by_width = {
        view.width_px: view for view in earlier if (view.page, view.url, view.moment) == (last.page, last.url, last.moment)
    }
    return [by_width[width_px] for width_px in sorted(by_width)]


def views_after(journal: Journal, press: Pressed, moment: ViewMoment) -> list[PageView]:
    """Return the page views with this *moment*, from *press* until the next press."""
    next_s = _next_press_s(journal, press)
    own = [view for view in journal.all(PageView) if view.moment == moment and view.participant == press.participant]
    return [view for view in own if press.at_s <= view.at_s <= next_s]


def held_calls(journal: Journal, press: Pressed) -> list[Exchange]:
    """Return the API calls that a fault held between *press* and the next press."""
    next_s = _next_press_s(journal, press)
    return [call for call in bitten_by(journal) if call.ended_s >= press.at_s and call.at_s <= next_s]


def was_viewed_before_response(journal: Journal, press: Pressed, view: PageView) -> bool:
    """Return True if *view* was taken before an API call that a fault held after *press* had ended."""
    return any(call.ended_s >= view.at_s for call in held_calls(journal, press))


def is_waiting(journal: Journal, press: Pressed, view: PageView) -> bool:
    """Return True if an API call that a fault held after *press* was in progress when *view* was taken."""
    return any(call.at_s <= view.at_s <= call.ended_s for call in held_calls(journal, press))


def limits_of(journal: Journal) -> Limits | None:
    """Return the limits that the app's team promises, or None if the scenario has not begun."""
    limits = journal.all(Limits)
    return limits[-1] if limits else None


def _earlier_views(journal: Journal, press: Pressed) -> list[PageView]:
    own = [view for view in journal.all(PageView) if view.participant == press.participant]
    return [view for view in own if view.at_s <= press.at_s]


def _next_press_s(journal: Journal, press: Pressed) -> float:
    return min((other.at_s for other in journal.all(Pressed) if other.at_s > press.at_s), default=float("inf"))
