"""Ends a consent journey without a browser: the acts that the page would send, done in its order.

It goes through the journey's table as an end user does, so that what is left behind is what the page would leave.
"""

from typing import Any, NamedTuple

import msgspec

from fiskil_harness.core.model import OUTCOMES, AuthSession
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.sandbox.consents.people import nothing_to_share, offered_at
from fiskil_harness.sandbox.store import Store

APPROVED = "approved"
CONCLUSIONS: tuple[str, ...] = (APPROVED, *(name for name in OUTCOMES if name != "eligible"))
"""Every outcome that can be ordered for a session."""
_PAST_THE_CODE = {"cancelled": "cancel", "denied": "deny"}


class _Order(NamedTuple):
    """What is asked for; what is empty is chosen on the way."""

    outcome: str
    email: str
    institution_id: str
    account_keys: tuple[str, ...]


def check_conclusion(outcome: str) -> str:
    """Return *outcome*.

    Raises:
        UnknownName: No session comes to it.
    """
    if outcome not in CONCLUSIONS:
        raise UnknownName("outcome", outcome, CONCLUSIONS)
    return outcome


def conclude(
    store: Store,
    session_id: str,
    outcome: str,
    *,
    email: str = "",
    institution_id: str = "",
    account_keys: tuple[str, ...] = (),
) -> AuthSession:
    """Walk what is left of a journey to *outcome*, and return the session as it ended.

    An order that is refused leaves the session as it was.

    Args:
        email: Who logs in; without it, the end user's own address, or one made for an end user who has none.
        institution_id: What is chosen where the session leaves the choice; without it, the first in reach.
        account_keys: What is shared; without any, all that can be.

    Raises:
        UnknownName: No such outcome, or no such account.
        UsageError: The session is unknown or over, or what is asked for cannot be done where it stands.

    Source: journey.stages, journey.error-types
    """
    check_conclusion(outcome)
    before = _open(store, session_id)
    order = _Order(outcome, email, institution_id, account_keys)
    _refuse_what_is_past(before, order)
    session = _keep(store, msgspec.structs.replace(before, outcome="eligible" if outcome == APPROVED else outcome))
    try:
        while session.ending is None:
            session = _onward(store, session, *_next(store, session, order))
    except UsageError:
        _keep(store, before)
        raise
    return session


def _onward(store: Store, session: AuthSession, act: str, form: dict[str, Any]) -> AuthSession:
    after = sessions.act(store, session.session_id, act, form)
    if after is None or (after.ending is None and after.stage == session.stage):
        raise UsageError(f"The journey stays at {session.stage!r}: {act} was answered {after.response if after else ''!r}.")
    return after


def _open(store: Store, session_id: str) -> AuthSession:
    session = sessions.current(store, session_id)
    if session is None:
        raise UsageError(
            f"There is no auth session {session_id!r}. Its id is the session_id that POST /v1/auth/session answers."
        )
    if session.ending is not None:
        raise UsageError(f"The auth session {session_id!r} is over: {session.ending.value}. Open another; each ends once.")
    return session


def _refuse_what_is_past(session: AuthSession, order: _Order) -> None:
    """Refuse what the end user has answered otherwise already."""
    answered: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "institution_id": (_one(order.institution_id), _one(session.institution_id)),
        "email": (_one(order.email.strip().lower()), _one((session.email or "").lower())),
        "accounts": (order.account_keys, session.account_keys if session.stage == "confirm" else ()),
    }
    for name, (wanted, given) in answered.items():
        if wanted and given and set(wanted) != set(given):
            raise UsageError(
                f"The journey stands at {session.stage!r}, past the choice of {name}: it was {', '.join(given)}. "
                f"Leave {name} out, or open another session."
            )


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _keep(store: Store, session: AuthSession) -> AuthSession:
    store.sessions[session.session_id] = session
    return session


def _next(store: Store, session: AuthSession, order: _Order) -> tuple[str, dict[str, Any]]:
    """The act that leads on, and what its form says."""
    if session.stage == "institution":
        return "choose", {"institution_id": order.institution_id or _first_in_reach(store)}
    if session.stage == "login":
        return "identify", {"email": order.email or _address_of(store, session.end_user_id)}
    accounts = _accounts(store, session, order.account_keys) if order.outcome == APPROVED else ()
    if session.stage == "code":
        return "enter_code", {"code": session.code}
    if order.outcome != APPROVED:
        return _past_the_code(session, order.outcome), {}
    if session.stage == "accounts":
        return "select", {"accounts": accounts}
    return "confirm", {}


def _address_of(store: Store, end_user_id: str) -> str:
    """The end user's own address; one that the app gave none logs in with an address made for them, always the same."""
    return store.end_users[end_user_id].email or f"{end_user_id.lower()}@example.com"


def _first_in_reach(store: Store) -> str:
    return min(
        (institution for institution in store.institutions.values() if institution.is_accessible),
        key=lambda institution: institution.priority,
    ).institution_id


def _past_the_code(session: AuthSession, outcome: str) -> str:
    act = _PAST_THE_CODE.get(outcome)
    if act is None or (act == "deny" and session.stage == "confirm"):
        raise UsageError(
            f"The journey stands at {session.stage!r}, where {outcome!r} happens no more. Open another session."
        )
    return act


def _accounts(store: Store, session: AuthSession, account_keys: tuple[str, ...]) -> tuple[str, ...]:
    person = sessions.person_of(store, session)
    known = [spec.key for spec in offered_at(store, person, session.institution_id or "")] if person else []
    if not known:
        raise UsageError(
            f"{session.email} {nothing_to_share(store, person, session.institution_id or '')} "
            "Let somebody else log in with email, in another session if this one is past that."
        )
    for key in account_keys:
        if key not in known:
            raise UnknownName("account that can be shared", key, known)
    return account_keys or tuple(known)
