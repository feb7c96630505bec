"""Ends a consent journey without a browser: the acts that the page would send, done in its order.

It goes through the journey's table as an end user does, so that what is left behind is what the page would leave.
"""

from typing import Any

import msgspec

from harness.errors import UnknownName, UsageError
from harness.model import OUTCOMES, AuthSession
from harness.sandbox import sessions
from harness.sandbox.people import offered_at
from harness.sandbox.store import Store

APPROVED = "approved"
CONCLUSIONS: tuple[str, ...] = (APPROVED, *(name for name in OUTCOMES if name != "eligible"))
"""Every outcome that can be ordered for a session."""
_PAST_THE_CODE = {"cancelled": "cancel", "denied": "deny"}


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

    Args:
        email: Who logs in; without it, the end user's own address.
        institution_id: What is chosen where the session leaves the choice; without it, the first in reach.
        account_keys: What is shared; without any, all that can be.

    Raises:
        UnknownName: No such outcome, or no such account.
        UsageError: The session is unknown or over, or what is asked for cannot be done where it stands.

    Source: journey.stages, journey.error-types
    """
    check_conclusion(outcome)
    session = _open(store, session_id)
    email = email or session.email or store.end_users[session.end_user_id].email or ""
    session = _ordered(store, session, "eligible" if outcome == APPROVED else outcome)
    try:
        while session.ending is None:
            session = _onward(store, session, *_next(store, session, outcome, email, institution_id, account_keys))
    except UsageError:
        _ordered(store, store.sessions[session_id], "")
        raise
    return session


def _onward(store: Store, session: AuthSession, act: str, form: dict[str, Any]) -> AuthSession:
    after = sessions.act(store, session.session_id, act, form)
    if after is None or (after.ending is None and after.stage == session.stage):
        raise UsageError(f"The journey stays at {session.stage!r}: {act} was answered {after.answer if after else ''!r}.")
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


def _ordered(store: Store, session: AuthSession, outcome: str) -> AuthSession:
    ordered = msgspec.structs.replace(session, outcome=outcome)
    store.sessions[session.session_id] = ordered
    return ordered


def _next(
    store: Store, session: AuthSession, outcome: str, email: str, institution_id: str, account_keys: tuple[str, ...]
) -> tuple[str, dict[str, Any]]:
    """The act that leads on, and what its form says."""
    if session.stage == "institution":
        return "choose", {"institution_id": institution_id or _first_in_reach(store)}
    if session.stage == "login":
        return "identify", {"email": email}
    accounts = _accounts(store, session, account_keys) if outcome == APPROVED else ()
    if session.stage == "code":
        return "enter_code", {"code": session.code}
    if outcome != APPROVED:
        return _past_the_code(session, outcome), {}
    if session.stage == "accounts":
        return "select", {"accounts": accounts}
    return "confirm", {}


def _first_in_reach(store: Store) -> str:
    return min(
        (one for one in store.institutions.values() if one.is_accessible), key=lambda one: one.priority
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
        raise UsageError(f"{session.email} has no account that can be shared there. Let somebody else log in with email.")
    for key in account_keys:
        if key not in known:
            raise UnknownName("account that can be shared", key, known)
    return account_keys or tuple(known)
