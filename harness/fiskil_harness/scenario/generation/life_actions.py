"""The verbs of lives: what each does, whether it can happen, and what it needs.

Every verb takes a number from 0 to 7, which chooses among its variants.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from fiskil_harness import faults
from fiskil_harness.core.config.hooks import COMMAND, REFRESH, REVOKE, START_SESSION
from fiskil_harness.journal.entries.plan_pairs import DELIVERY, FAULT, LIFE, Verb
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.life_state import ATTEMPTS_BEFORE_END, CONSENT_DAYS, DATASETS, LifeState

Doing: TypeAlias = Callable[[LifeState, int], bool]
"""Lays a deed out, and tells whether it could happen."""

TOO_LATE_DAYS = CONSENT_DAYS + 1
MOST_WAITING = 3
HOOKS = (START_SESSION, REFRESH, REVOKE, COMMAND)
"""What a life can do without, with fewer verbs."""

SCREENS = ("login", "code", "accounts", "confirm", "institution")
PLACES = (
    ("banking.transactions", 0),
    ("banking.transactions", 2),
    ("banking.accounts", 0),
    ("consents.list", 0),
    ("banking.transactions", 3),
    ("token", 0),
    ("banking.balances", 0),
    ("banking.transactions", 1),
)
"""Where a fault waits: a route, and the page of a walk where it is about one."""

LATER_PAGES = (("banking.transactions", 2), ("banking.transactions", 3))
EARLIER_PAGES = (("banking.transactions", 1), ("banking.transactions", 2))

ANYWHERE: dict[str, Any] = {
    "reset_peer": faults.ResetPeer(after_bytes=20),
    "empty_response": faults.EmptyResponse(),
    "truncated_json": faults.TruncatedJson(),
    "status_503": faults.Status(status=503),
    "status_503_wait": faults.Status(status=503, retry_after_s=1),
    "status_429": faults.Status(status=429, retry_after_s=1),
    "gateway_html": faults.ErrorBody(status=502),
    "latency": faults.Latency(latency_ms=150),
}
"""Faults that may pass, wherever they bite."""

IN_WALKS: dict[str, tuple[Any, tuple[tuple[str, int], ...]]] = {
    "cursor_expired": (faults.CursorExpired(), LATER_PAGES),
    "page_repeated": (faults.PageRepeated(), EARLIER_PAGES),
    "overlap": (faults.Overlap(), LATER_PAGES),
    "next_empty": (faults.NextEmpty(), EARLIER_PAGES),
}
"""Faults of walks. After some a client may lawfully leave the message for good, and read all at the next one."""

CHANGES: dict[str, tuple[str, int]] = {
    "row_amended": ("amend", 40),
    "row_removed": ("remove", 40),
    "row_added": ("repeat", 40),
    "row_posted": ("post", 2),
    "row_vanished": ("vanish", 2),
}
"""What becomes of rows: the kind of change, and how many rows there are for it at least. Two are pending."""


def _journey(step: Callable[[int], Any]) -> Doing:
    def lay(course: LifeState, number: int) -> bool:
        if course.is_deleted or course.is_out:
            return False
        course.calm()
        course.steps.append(step(number))
        return True

    return lay


def _renew(course: LifeState, _number: int, accounts: tuple[str, ...] = ()) -> bool:
    if not course.is_active() or course.is_out:
        return False
    course.calm()
    course.steps.append(steps.Authorise(accounts=accounts))
    course.lose_count()
    return True


def _amend(course: LifeState, number: int) -> bool:
    return _renew(course, number, ("everyday",))


def _consent_again(course: LifeState, number: int) -> bool:
    """A consent after the last one was over; where it is not, it is ended first."""
    if "disconnect" in course.met:
        return False  # whether that came to pass is for the app to say
    if course.is_active() and _revoke(course, number):
        course.hand_over()
    if course.consent != "over" or course.is_deleted or course.is_out:
        return False
    course.authorise()
    return True


def _confirm(course: LifeState, _number: int) -> bool:
    if not course.is_active():
        return False
    course.steps.append(steps.TouchConsent())
    course.record_event("consent.updated")
    return True


def _revoke(course: LifeState, number: int) -> bool:
    if not course.is_active():
        return False
    course.provoke()
    course.steps += [steps.Advance(seconds=1), steps.Revoke(by="institution" if number % 2 else "end_user")]
    course.record_event("consent.revoked")
    course.consent = "over"
    return True


def _disconnect(course: LifeState, _number: int) -> bool:
    if not course.is_active():
        return False
    course.calm()
    course.steps += [steps.Advance(seconds=1), steps.Disconnect()]
    course.lose_count()
    course.consent = "over"
    return True


def _expire(course: LifeState, _number: int) -> bool:
    if not course.is_active():
        return False
    course.provoke()
    course.steps.append(steps.Advance(days=TOO_LATE_DAYS))
    course.lose_count()
    course.consent = "over"
    return True


def _delete(course: LifeState, _number: int) -> bool:
    if not course.is_active():
        return False
    course.provoke()
    course.steps += [steps.Advance(seconds=1), steps.DeleteEndUser()]
    course.lose_count()
    course.consent, course.is_deleted = "over", True
    return True


def _close_account(course: LifeState, _number: int) -> bool:
    if not course.is_active() or not course.is_savings_open:
        return False
    course.steps.append(steps.CloseAccount("savings"))
    course.is_savings_open = False
    return True


def _change(what: Any, count: int) -> Doing:
    def lay(course: LifeState, number: int) -> bool:
        of_pending = what in {"post", "vanish"}
        if not course.is_active() or (of_pending and not course.pending_rows):
            return False
        nth = 0 if of_pending else number * (count // 8) % count
        course.steps.append(steps.Change(what=what, nth=nth))
        course.pending_rows -= of_pending
        return True

    return lay


def _day(course: LifeState, _number: int) -> bool:
    if not course.is_active() or "day" in course.met:
        return False
    course.steps.append(steps.Advance(days=1, minutes=1))
    course.lose_count()
    return True


def _outage(course: LifeState, _number: int) -> bool:
    if not course.is_active():
        return False
    if course.is_out:
        course.steps.append(steps.EndOutage())
    else:
        course.steps += [steps.BeginOutage(), steps.Advance(minutes=20)]
    course.is_out = not course.is_out
    course.lose_count()
    return True


def _refresh(course: LifeState, _number: int) -> bool:
    if course.consent == "none" and not course.is_active():
        return False
    course.steps.append(steps.Refresh())
    return True


def _restart(course: LifeState, _number: int) -> bool:
    if "restart" in course.met:
        return False
    course.steps.append(steps.Restart())
    return True


def _fault(fault: Any, places: tuple[tuple[str, int], ...], most: int) -> Doing:
    """A fault waits, for something that the app will read: the next news."""

    def lay(course: LifeState, number: int) -> bool:
        if not course.is_active() or len(course.waiting) >= MOST_WAITING:
            return False
        route, page = places[number % len(places)]
        times = 1 + (number % most)
        course.steps.append(steps.InjectFault(route, fault, times=times, page=page))
        course.waiting.append(route)
        course.bites += times
        return True

    return lay


def _expire_tokens(course: LifeState, number: int) -> bool:
    if not course.is_active():
        return False
    if number % 2:
        page = 2 + number % 4 // 2
        course.steps.append(steps.InjectFault("banking.transactions", faults.ExpireTokens(), page=page))
        course.waiting.append("banking.transactions")
    else:
        course.steps.append(steps.ExpireTokens())
    course.bites += 1
    return True


def _about_one(step: Callable[[str], Any], *, first: bool = False, cost: int = 1) -> Doing:
    """Something about one event; with *first* it must have been delivered before."""

    def lay(course: LifeState, _number: int) -> bool:
        symbol = course.next_event()
        if not symbol or course.attempts[symbol] + cost > ATTEMPTS_BEFORE_END:
            return False
        if first and not course.attempts[symbol]:
            course.steps.append(steps.DeliverOne(symbol))
            course.attempts[symbol] += 1
        course.steps.append(step(symbol))
        course.attempts[symbol] += cost
        return True

    return lay


def _about_data(step: Callable[[str], Any]) -> Doing:
    """Something that only news about data bears: whoever misses it reads all at the next."""

    def lay(course: LifeState, _number: int) -> bool:
        symbol = course.next_event()
        if not symbol or course.attempts[symbol] or f"{symbol}:data" not in course.attempts:
            return False
        course.steps.append(step(symbol))
        course.attempts[symbol] = ATTEMPTS_BEFORE_END
        return True

    return lay


def _all_due(step: Any) -> Doing:
    def lay(course: LifeState, _number: int) -> bool:
        if not course.is_due and not course.next_event():
            return False
        course.hand_over(step)
        return True

    return lay


def _hand_over(course: LifeState, number: int) -> bool:
    """Syncs of one dataset and their news, as on any day."""
    if course.is_active() and not course.is_out:
        name = DATASETS[number % len(DATASETS)]
        course.steps.append(steps.Sync(name))
        course.record_event(name)
    course.hand_over()
    return True


FAILED = frozenset({"cancel", "deny", "close_tab"})
ENDINGS = frozenset({"revoke", "disconnect", "expire", "delete"})
API_FAULTS = frozenset({*ANYWHERE, *IN_WALKS, "unauthorised", "expire_tokens"})
NO_TOKEN = tuple(place for place in PLACES if place[0] != "token")
"""Where 401 is about the token, and not about the key."""

_LIVES: dict[str, tuple[tuple[str, ...], Doing]] = {
    "cancel": ((START_SESSION,), _journey(lambda number: steps.Cancel(at=SCREENS[number % len(SCREENS)]))),  # type: ignore[arg-type]
    "deny": ((START_SESSION,), _journey(lambda number: steps.Deny(at=SCREENS[number % 3]))),  # type: ignore[arg-type]
    "close_tab": ((START_SESSION,), _journey(lambda number: steps.CloseTab(at=SCREENS[number % len(SCREENS)]))),  # type: ignore[arg-type]
    "confirm": ((), _confirm),
    "revoke": ((), _revoke),
    "disconnect": ((REVOKE,), _disconnect),
    "expire": ((), _expire),
    "consent_again": ((START_SESSION,), _consent_again),
    "renew": ((START_SESSION,), _renew),
    "amend": ((START_SESSION,), _amend),
    "close_account": ((), _close_account),
    **{name: ((), _change(what, count)) for name, (what, count) in CHANGES.items()},
    "day": ((), _day),
    "outage": ((), _outage),
    "refresh": ((REFRESH,), _refresh),
    "delete": ((), _delete),
    "restart": ((COMMAND,), _restart),
}
_FAULTS: dict[str, Doing] = {
    "expire_tokens": _expire_tokens,
    **{name: _fault(fault, PLACES, 2) for name, fault in ANYWHERE.items()},
    **{name: _fault(fault, places, 1) for name, (fault, places) in IN_WALKS.items()},
    "unauthorised": _fault(faults.Unauthorised(), NO_TOKEN, 1),
}
_DELIVERIES: dict[str, Doing] = {
    "replay": _about_one(steps.Replay, first=True, cost=0),
    "retry": _about_one(steps.Retry, first=True),
    "lost_ack": _about_one(steps.LoseAcknowledgement),
    "twice_at_once": _about_one(lambda symbol: steps.Burst(symbol, copies=2)),
    "together": _all_due(steps.DeliverTogether()),
    "newest_first": _all_due(steps.Deliver(order="newest_first")),
    "late": _about_data(steps.LateRetry),
    "drop": _about_data(steps.Drop),
}
DOINGS: dict[str, Doing] = {
    "hand_over": _hand_over,
    **{name: doing for name, (_, doing) in _LIVES.items()},
    **_FAULTS,
    **_DELIVERIES,
}
VERBS: dict[str, Verb] = {
    "hand_over": Verb(name="hand_over"),
    **{name: Verb(name=name, group=LIFE, needs=needs) for name, (needs, _) in _LIVES.items()},
    **{name: Verb(name=name, group=FAULT) for name in _FAULTS},
    **{name: Verb(name=name, group=DELIVERY) for name in _DELIVERIES},
}
"""Every verb; one without a group is as ordinary as a day."""
