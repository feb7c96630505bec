"""The verbs (kinds of action) of generated life plans: each verb's steps, its condition, and the hooks that it needs.

Every verb takes a number from 0 to 7, which selects one of its variants.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from fiskil_harness import faults
from fiskil_harness.core.config.hooks import COMMAND, REFRESH, REVOKE, START_SESSION
from fiskil_harness.journal.entries.plan_pairs import Verb
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.life_state import ATTEMPTS_BEFORE_END, CONSENT_DAYS, DATASETS, LifeState

Apply: TypeAlias = Callable[[LifeState, int], bool]
"""A function that adds an action's steps to the state. It returns false and adds nothing if the action is impossible."""

TOO_LATE_DAYS = CONSENT_DAYS + 1
MOST_WAITING = 3
HOOKS = (START_SESSION, REFRESH, REVOKE, COMMAND)
"""Optional hooks that some verbs need."""

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
"""Calls for which a fault can be set: a route, and a page of its paginated list (0 means any page)."""

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
"""Temporary faults that are possible on any route, by verb."""

IN_WALKS: dict[str, tuple[Any, tuple[tuple[str, int], ...]]] = {
    "cursor_expired": (faults.CursorExpired(), LATER_PAGES),
    "page_repeated": (faults.PageRepeated(), EARLIER_PAGES),
    "overlap": (faults.Overlap(), LATER_PAGES),
    "next_empty": (faults.NextEmpty(), EARLIER_PAGES),
}
"""Faults of paginated lists, by verb, with the pages for each.

After some of them, a client may drop the message and read all data when the next message arrives.
"""

CHANGES: dict[str, tuple[str, int]] = {
    "row_amended": ("amend", 40),
    "row_removed": ("remove", 40),
    "row_added": ("repeat", 40),
    "row_posted": ("post", 2),
    "row_vanished": ("vanish", 2),
}
"""Verbs that change a row: the kind of change, and the number of rows to choose from. Only two rows are pending."""


def _with_consent(add: Callable[[LifeState, int], bool | None]) -> Apply:
    """Return an action that is impossible without an active consent, and if *add* returns false."""
    return lambda state, number: state.is_active() and add(state, number) is not False


def _journey(step: Callable[[int], Any]) -> Apply:
    def apply(state: LifeState, number: int) -> bool:
        if state.is_deleted or state.has_outage:
            return False
        state.lift_faults()
        state.steps.append(step(number))
        return True

    return apply


def _renew(*accounts: str) -> Apply:
    def add(state: LifeState, _number: int) -> bool:
        if state.has_outage:
            return False
        state.lift_faults()
        state.steps.append(steps.Authorise(accounts=accounts))
        state.stop_counting()
        return True

    return _with_consent(add)


def _consent_again(state: LifeState, number: int) -> bool:
    """Add a new consent after the previous consent has ended; revoke the previous consent if it is still active."""
    if "disconnect" in state.verbs:
        return False  # only the app knows whether it has disconnected
    if state.is_active() and _revoke(state, number):
        state.deliver()
    if state.consent != "over" or state.is_deleted or state.has_outage:
        return False
    state.authorise()
    return True


@_with_consent
def _confirm(state: LifeState, _number: int) -> None:
    state.steps.append(steps.TouchConsent())
    state.record_event("consent.updated")


@_with_consent
def _revoke(state: LifeState, number: int) -> None:
    state.trigger_faults()
    state.steps += [steps.Advance(seconds=1), steps.Revoke(by="institution" if number % 2 else "end_user")]
    state.record_event("consent.revoked")
    state.consent = "over"


def _ending(*sequence: Any, disturb: Callable[[LifeState], None] = LifeState.trigger_faults) -> Apply:
    """Return an action that ends the consent by the steps *sequence*, after *disturb* has used the set faults."""

    def add(state: LifeState, _number: int) -> None:
        disturb(state)
        state.steps += sequence
        state.stop_counting()
        state.consent = "over"
        state.is_deleted = any(isinstance(step, steps.DeleteEndUser) for step in sequence)

    return _with_consent(add)


@_with_consent
def _close_account(state: LifeState, _number: int) -> bool:
    if not state.is_savings_open:
        return False
    state.steps.append(steps.CloseAccount("savings"))
    state.is_savings_open = False
    return True


def _change(what: Any, count: int) -> Apply:
    of_pending = what in {"post", "vanish"}

    def add(state: LifeState, number: int) -> bool:
        if of_pending and not state.pending_rows:
            return False
        nth = 0 if of_pending else number * (count // 8) % count
        state.steps.append(steps.Change(kind=what, nth=nth))
        state.pending_rows -= of_pending
        return True

    return _with_consent(add)


@_with_consent
def _day(state: LifeState, _number: int) -> bool:
    if "day" in state.verbs:
        return False
    state.steps.append(steps.Advance(days=1, minutes=1))
    state.stop_counting()
    return True


@_with_consent
def _outage(state: LifeState, _number: int) -> None:
    if state.has_outage:
        state.steps.append(steps.EndOutage())
    else:
        state.steps += [steps.BeginOutage(), steps.Advance(minutes=20)]
    state.has_outage = not state.has_outage
    state.stop_counting()


def _refresh(state: LifeState, _number: int) -> bool:
    if state.consent == "none" and not state.is_active():
        return False
    state.steps.append(steps.Refresh())
    return True


def _restart(state: LifeState, _number: int) -> bool:
    if "restart" in state.verbs:
        return False
    state.steps.append(steps.Restart())
    return True


def _fault(fault: Any, places: tuple[tuple[str, int], ...], most: int) -> Apply:
    """Return an action that sets *fault* for up to *most* calls of a route that the app calls after the next event."""

    def add(state: LifeState, number: int) -> bool:
        if len(state.faulty_routes) >= MOST_WAITING:
            return False
        route, page = places[number % len(places)]
        times = 1 + (number % most)
        state.steps.append(steps.InjectFault(route, fault, times=times, page=page))
        state.faulty_routes.append(route)
        state.bites += times
        return True

    return _with_consent(add)


@_with_consent
def _expire_tokens(state: LifeState, number: int) -> None:
    if number % 2:
        page = 2 + number % 4 // 2
        state.steps.append(steps.InjectFault("banking.transactions", faults.ExpireTokens(), page=page))
        state.faulty_routes.append("banking.transactions")
    else:
        state.steps.append(steps.ExpireTokens())
    state.bites += 1


def _on_event(step: Callable[[str], Any], *, first: bool = False, cost: int = 1) -> Apply:
    """Return an action that adds *step* for the next event.

    Args:
        step: Returns the step for the symbol of an event.
        first: True delivers an undelivered event normally before the step.
        cost: The number of delivery attempts that the step makes.
    """

    def apply(state: LifeState, _number: int) -> bool:
        symbol = state.next_event()
        if not symbol or state.attempts[symbol] + cost > ATTEMPTS_BEFORE_END:
            return False
        if first and not state.attempts[symbol]:
            state.steps.append(steps.DeliverOne(symbol))
            state.attempts[symbol] += 1
        state.steps.append(step(symbol))
        state.attempts[symbol] += cost
        return True

    return apply


def _on_data_event(step: Callable[[str], Any]) -> Apply:
    """Return an action that delays or drops an event about data; the app can read the data at the next such event."""

    def apply(state: LifeState, _number: int) -> bool:
        symbol = state.next_event()
        if not symbol or state.attempts[symbol] or f"{symbol}:data" not in state.attempts:
            return False
        state.steps.append(step(symbol))
        state.attempts[symbol] = ATTEMPTS_BEFORE_END
        return True

    return apply


def _on_all_due(step: Any) -> Apply:
    def apply(state: LifeState, _number: int) -> bool:
        if not state.is_due and not state.next_event():
            return False
        state.deliver(step)
        return True

    return apply


def _hand_over(state: LifeState, number: int) -> bool:
    """Add a sync of one dataset and the delivery of its event, as on an ordinary day."""
    if state.is_active() and not state.has_outage:
        name = DATASETS[number % len(DATASETS)]
        state.steps.append(steps.Sync(name))
        state.record_event(name)
    state.deliver()
    return True


FAILED = frozenset({"cancel", "deny", "close_tab"})
ENDINGS = frozenset({"revoke", "disconnect", "expire", "delete"})
API_FAULTS = frozenset({*ANYWHERE, *IN_WALKS, "unauthorised", "expire_tokens"})
NO_TOKEN = tuple(place for place in PLACES if place[0] != "token")
"""The entries of ``PLACES`` where a 401 response is about the access token, not about the API key."""

_LIVES: dict[str, tuple[tuple[str, ...], Apply]] = {
    "cancel": ((START_SESSION,), _journey(lambda number: steps.Cancel(at=SCREENS[number % len(SCREENS)]))),  # type: ignore[arg-type]
    "deny": ((START_SESSION,), _journey(lambda number: steps.Deny(at=SCREENS[number % 3]))),  # type: ignore[arg-type]
    "close_tab": ((START_SESSION,), _journey(lambda number: steps.CloseTab(at=SCREENS[number % len(SCREENS)]))),  # type: ignore[arg-type]
    "confirm": ((), _confirm),
    "revoke": ((), _revoke),
    "disconnect": ((REVOKE,), _ending(steps.Advance(seconds=1), steps.Disconnect(), disturb=LifeState.lift_faults)),
    "expire": ((), _ending(steps.Advance(days=TOO_LATE_DAYS))),
    "consent_again": ((START_SESSION,), _consent_again),
    "renew": ((START_SESSION,), _renew()),
    "amend": ((START_SESSION,), _renew("everyday")),
    "close_account": ((), _close_account),
    **{name: ((), _change(what, count)) for name, (what, count) in CHANGES.items()},
    "day": ((), _day),
    "outage": ((), _outage),
    "refresh": ((REFRESH,), _refresh),
    "delete": ((), _ending(steps.Advance(seconds=1), steps.DeleteEndUser())),
    "restart": ((COMMAND,), _restart),
}
_FAULTS: dict[str, Apply] = {
    "expire_tokens": _expire_tokens,
    **{name: _fault(fault, PLACES, 2) for name, fault in ANYWHERE.items()},
    **{name: _fault(fault, places, 1) for name, (fault, places) in IN_WALKS.items()},
    "unauthorised": _fault(faults.Unauthorised(), NO_TOKEN, 1),
}
_DELIVERIES: dict[str, Apply] = {
    "replay": _on_event(steps.Replay, first=True, cost=0),
    "retry": _on_event(steps.Retry, first=True),
    "lost_ack": _on_event(steps.LoseAcknowledgement),
    "twice_at_once": _on_event(lambda symbol: steps.Burst(symbol, copies=2)),
    "together": _on_all_due(steps.DeliverTogether()),
    "newest_first": _on_all_due(steps.Deliver(order="newest_first")),
    "late": _on_data_event(steps.LateRetry),
    "drop": _on_data_event(steps.Drop),
}
ACTIONS: dict[str, Apply] = {
    "hand_over": _hand_over,
    **{name: doing for name, (_, doing) in _LIVES.items()},
    **_FAULTS,
    **_DELIVERIES,
}
VERBS: dict[str, Verb] = {
    "hand_over": Verb(name="hand_over"),
    **{name: Verb(name=name, group="life", needs=needs) for name, (needs, _) in _LIVES.items()},
    **{name: Verb(name=name, group="fault") for name in _FAULTS},
    **{name: Verb(name=name, group="delivery") for name in _DELIVERIES},
}
"""Every verb by name. Verbs without a group do not count for pair coverage (which verbs met in one plan)."""
