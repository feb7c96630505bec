"""Coverage of routes: the kinds of fault that each route met, in the foreground and in the background.

The app must meet every kind of fault on every route that it uses, at each moment at which it uses the route. The marks are
texts: ``used foreground token``, ``met foreground token stalls``, and ``bodyless consents.revoke``.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from fiskil_harness.core.route_grid import KINDS, MOMENTS, TOKEN
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.queries.api_calls import is_complete_success
from fiskil_harness.journal.queries.moments import BACKGROUND, calls_by_moment, has_one_cause

USED, MET, BODYLESS = "used", "met", "bodyless"
STALLING = frozenset({"Stall", "StallHead", "Timeout"})
DRIPPING = frozenset({"ContinueForever", "Drip"})
CUTTING = frozenset({"EmptyResponse", "LimitBytes", "LimitResponse", "ResetBefore", "ResetPeer"})
EXPIRED, STALLS, DRIPS, BREAKS_OFF = "expired-token", "stalls", "drips", "breaks-off"
NO_CONTENT = 204


class RouteCoverage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One route at one moment: the kinds of fault that its calls met, and those that are missing."""

    route: str
    moment: str
    met: tuple[str, ...]
    missing: tuple[str, ...]


def route_marks(journal: Journal) -> tuple[str, ...]:
    """Return the marks of the app's calls: routes by moment, faults by route and moment, and routes without a body.

    A route counts as used in the foreground only by a call that has no other cause than a waiting person.
    """
    marks: set[str] = set()
    for call, moment in calls_by_moment(journal):
        if moment == BACKGROUND or has_one_cause(journal, call):
            marks.add(f"{USED} {moment} {call.route}")
        kind = kind_of(call)
        if kind:
            marks.add(f"{MET} {moment} {call.route} {kind}")
        elif call.status == NO_CONTENT and is_complete_success(call):
            marks.add(f"{BODYLESS} {call.route}")
    return tuple(sorted(marks))


def kind_of(call: Exchange) -> str:
    """Return the kind of fault that *call* met, or '' if it met none of the kinds.

    A refusal counts only if a fault caused it, because a correct call may be refused too. A refused key pair always counts.
    """
    faults = {bite.partition("(")[0] for bite in call.bites}
    if faults & STALLING:
        return STALLS
    if faults & DRIPPING:
        return DRIPS
    if faults & CUTTING or (call.bites and call.status is None):
        return BREAKS_OFF
    return _kind_of_status(call)


def _kind_of_status(call: Exchange) -> str:
    if call.status is None or call.status < 400:
        return ""
    is_of_token = call.route == TOKEN
    if call.status == 401 and not is_of_token:
        return EXPIRED
    if not call.bites and not is_of_token:
        return ""
    if call.status == 429:
        return "rate-limited"
    return "fails" if call.status >= 500 else "refused"


def route_coverage(marks: Iterable[str]) -> tuple[RouteCoverage, ...]:
    """Return the coverage of each route at each moment at which the app used it, ordered by route.

    Args:
        marks: Marks of the app's calls in all scenarios, as `route_marks` returns them; other marks are ignored.
    """
    every = set(marks)
    used = sorted((route, moment) for moment in MOMENTS for route in _routes_used(every, moment))
    return tuple(
        RouteCoverage(
            route=route,
            moment=moment,
            met=tuple(kind for kind in KINDS if f"{MET} {moment} {route} {kind}" in every),
            missing=tuple(
                kind for kind in KINDS if f"{MET} {moment} {route} {kind}" not in every and _is_possible(route, kind, every)
            ),
        )
        for route, moment in used
    )


def missing_faults(marks: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds that routes did not meet as texts, ordered by route: ``token refused in the background``."""
    return tuple(f"{row.route} {kind} in the {row.moment}" for row in route_coverage(marks) for kind in row.missing)


def _routes_used(marks: set[str], moment: str) -> Iterator[str]:
    prefix = f"{USED} {moment} "
    return (mark.removeprefix(prefix) for mark in marks if mark.startswith(prefix))


def _is_possible(route: str, kind: str, marks: set[str]) -> bool:
    """Return False where no call can meet the kind: an expired token at the token route, or a slow body without a body."""
    return not (kind == EXPIRED and route == TOKEN) and not (kind == DRIPS and f"{BODYLESS} {route}" in marks)
