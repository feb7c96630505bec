"""A shortcut that ends a consent journey without a browser: it performs the acts of the page's forms, in their order.

The shortcut follows the journey's table, so the resulting state is the same as after a journey in a browser. A browser that
shows the page meanwhile learns of the ending at once (see ``sandbox.pages.announcements``).
"""

from typing import Any, NamedTuple

import msgspec

from fiskil_harness.core.model import OUTCOMES, AuthSession
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.sandbox.consents.journey_rules import person_of
from fiskil_harness.sandbox.consents.people import nothing_to_share, offered_at
from fiskil_harness.sandbox.store import Store

APPROVED = "approved"
OUTCOMES_TO_CONCLUDE: tuple[str, ...] = (APPROVED, *(name for name in OUTCOMES if name != "eligible"))
"""Every outcome that can be requested for a session."""
_ACTS_AFTER_CODE = {"cancelled": "cancel", "denied": "deny"}


class _Conclusion(NamedTuple):
    """The requested end of a journey; empty fields get defaults during the journey."""

    outcome: str
    email: str
    institution_id: str
    account_keys: tuple[str, ...]


def check_conclusion(outcome: str) -> str:
    """Return *outcome* if it can be requested.

    Raises:
        UnknownName: There is no such outcome.
    """
    if outcome not in OUTCOMES_TO_CONCLUDE:
        raise UnknownName("outcome", outcome, OUTCOMES_TO_CONCLUDE)
    return outcome


def conclude(
    store: Store,
    session_id: str,
    outcome: str,
    *,
    email: str = "",
    institution_id: str = "",
    account_keys: tuple[str, ...] = (),
    error_type: str = "",
) -> AuthSession:
    """Complete a journey with *outcome*, and return the ended session.

    If an error is raised, the session stays unchanged.

    Args:
        email: The e-mail address for the log-in (default: the end user's; if they have none, a generated address).
        institution_id: The institution, if the session does not fix it (default: the first accessible one).
        account_keys: The accounts to share (default: all that can be shared).
        error_type: An undocumented error type to report to the app instead of the outcome's own.

    Raises:
        UnknownName: No such outcome, or no such account.
        UsageError: The session is unknown or has ended, or the outcome is not possible at its stage.

    Source: journey.stages, journey.error-types
    """
    check_conclusion(outcome)
    unchanged = _open(store, session_id)
    conclusion = _Conclusion(outcome, email, institution_id, account_keys)
    _refuse_contradictions(unchanged, conclusion)
    requested = "eligible" if outcome == APPROVED else outcome
    session = sessions.keep(store, msgspec.structs.replace(unchanged, outcome=requested, error_type=error_type))
    try:
        while session.ending is None:
            session = _perform(store, session, *_next(store, session, conclusion))
    except UsageError:
        sessions.keep(store, unchanged)
        raise
    return sessions.announce(store, session)


def _perform(store: Store, session: AuthSession, act: str, form: dict[str, Any]) -> AuthSession:
    after = sessions.act(store, session.session_id, act, form)
    if after is None or (after.ending is None and after.stage == session.stage and after.wrong_codes == session.wrong_codes):
        result = after.act_result if after else ""
        raise UsageError(f"The consent journey stays at {session.stage!r}: the result of {act} is {result!r}.")
    return after


def _open(store: Store, session_id: str) -> AuthSession:
    session = sessions.current(store, session_id)
    if session is None:
        raise UsageError(f"There is no auth session {session_id!r}. Use the session_id that POST /v1/auth/session returns.")
    if session.ending is not None:
        raise UsageError(
            f"The auth session {session_id!r} has already ended: {session.ending.value}. Open another; each ends only once."
        )
    return session


def _refuse_contradictions(session: AuthSession, conclusion: _Conclusion) -> None:
    """Raise UsageError if *conclusion* contradicts what the end user has already chosen."""
    choices: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "institution_id": (_as_tuple(conclusion.institution_id), _as_tuple(session.institution_id)),
        "email": (_as_tuple(conclusion.email.strip().lower()), _as_tuple((session.email or "").lower())),
        "accounts": (conclusion.account_keys, session.account_keys if session.stage == "confirm" else ()),
    }
    for name, (requested, chosen) in choices.items():
        if requested and chosen and set(requested) != set(chosen):
            raise UsageError(
                f"The consent journey is at {session.stage!r}, after the choice of {name}, which was {', '.join(chosen)}. "
                f"Leave {name} out, or open another session."
            )


def _as_tuple(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _next(store: Store, session: AuthSession, conclusion: _Conclusion) -> tuple[str, dict[str, Any]]:
    """Return the next act, and the values of its form."""
    if session.stage == "institution":
        return "choose", {"institution_id": conclusion.institution_id or _first_accessible(store)}
    if session.stage == "login":
        return "identify", {"email": conclusion.email or _address_of(store, session.end_user_id)}
    accounts = _accounts(store, session, conclusion.account_keys) if conclusion.outcome == APPROVED else ()
    if session.stage == "code":
        return "enter_code", {"code": session.code}
    if conclusion.outcome != APPROVED:
        return _act_after_code(session, conclusion.outcome), {}
    if session.stage == "accounts":
        return "select", {"accounts": accounts}
    return "confirm", {}


def _address_of(store: Store, end_user_id: str) -> str:
    """Return the end user's e-mail address; if they have none, an address derived from their id."""
    return store.end_users[end_user_id].email or f"{end_user_id.lower()}@example.com"


def _first_accessible(store: Store) -> str:
    return min(
        (institution for institution in store.institutions.values() if institution.is_accessible),
        key=lambda institution: institution.priority,
    ).institution_id


def _act_after_code(session: AuthSession, outcome: str) -> str:
    act = _ACTS_AFTER_CODE.get(outcome)
    if act is None or (act == "deny" and session.stage == "confirm"):
        raise UsageError(
            f"The consent journey is at {session.stage!r}, where {outcome!r} is no longer possible. Open another session."
        )
    return act


def _accounts(store: Store, session: AuthSession, account_keys: tuple[str, ...]) -> tuple[str, ...]:
    person = person_of(store, session)
    offered = [spec.key for spec in offered_at(store, person, session.institution_id or "")] if person else []
    if not offered:
        raise UsageError(
            f"{session.email} {nothing_to_share(store, person, session.institution_id or '')} "
            "Set email to another person's address, in another session if this one is past the log-in."
        )
    for key in account_keys:
        if key not in offered:
            raise UnknownName("account that can be shared", key, offered)
    return account_keys or tuple(offered)
