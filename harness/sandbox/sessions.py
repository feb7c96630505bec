"""Auth sessions: how one is opened, what each act of the end user makes of it, and how it ends."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec

from harness.ids import stream
from harness.model import AuthSession, Ending, Person
from harness.sandbox import consents, journey, sync
from harness.sandbox.end_users import find
from harness.sandbox.people import person_for
from harness.sandbox.problems import ApiProblem, bad_request
from harness.sandbox.store import Store

LIFETIME = timedelta(days=5)
PATIENCE = timedelta(minutes=10)
CODES_ALLOWED = 3

DESCRIPTIONS: dict[Ending, str] = {
    Ending.CANCELLED: "The end user cancelled the consent journey.",
    Ending.INVALID: "The auth session was terminated or not found.",
    Ending.DENIED: "The end user declined to share their data at the institution.",
    Ending.OTP_FAILURE: "The end user could not be authenticated with a one-time code.",
    Ending.INELIGIBLE: "The end user has no account that can be shared.",
    Ending.TIMED_OUT: "The end user did not finish in time.",
    Ending.UPSTREAM_FAILURE: "The institution could not process the consent.",
}


def open_session(
    store: Store,
    *,
    end_user_id: str,
    redirect_uri: str,
    cancel_uri: str,
    institution_id: str | None = None,
    arrangement_id: str | None = None,
) -> AuthSession:
    """Open a single-use session for five days.

    Raises:
        ApiProblem: 404, no such end user; 400, no such institution.

    Source: auth-session.lifetime, auth-session.uris
    """
    find(store, end_user_id)
    if institution_id is not None and institution_id not in store.institutions:
        raise ApiProblem(400, "invalid_institution_id", f"institution {institution_id!r} does not exist")
    if institution_id is not None and not store.institutions[institution_id].is_accessible:
        raise ApiProblem(400, "invalid_institution_id", f"institution {institution_id!r} is not accessible")
    now = store.clock.now()
    session = AuthSession(
        session_id=store.mint.session_id(),
        end_user_id=end_user_id,
        redirect_uri=redirect_uri,
        cancel_uri=cancel_uri,
        created_at=now,
        expires_at=now + LIFETIME,
        stage="login" if institution_id else "institution",
        institution_id=institution_id,
        is_institution_fixed=institution_id is not None,
        arrangement_id=arrangement_id,
    )
    store.sessions[session.session_id] = session
    return session


def current(store: Store, session_id: str) -> AuthSession | None:
    """The session as it stands on the clock, or None for an unknown id.

    Source: auth-session.single-use, journey.timeout
    """
    session = store.sessions.get(session_id)
    if session is None or session.ending is not None:
        return session
    now = store.clock.now()
    if now >= session.expires_at or session.end_user_id not in store.end_users:
        return _finish(store, session, Ending.INVALID)
    if session.touched_at and now - session.touched_at > PATIENCE:
        target = journey.leads_to(session.stage, "wait_too_long", "fine")
        if isinstance(target, Ending):
            return _finish(store, session, target)
    return session


def act(store: Store, session_id: str, name: str, form: dict[str, Any]) -> AuthSession | None:
    """Let the end user do *name* (see the table); None for an unknown session. Source: journey.stages"""
    session = current(store, session_id)
    if session is None or session.ending is not None:
        return session
    changed, answer = _answer(store, session, name, form)
    target = journey.leads_to(session.stage, name, answer)
    if target is None:
        return session
    changed = msgspec.structs.replace(changed, touched_at=store.clock.now())
    if isinstance(target, Ending):
        return _finish(store, changed, target)
    changed = msgspec.structs.replace(changed, stage=target)
    store.sessions[session_id] = changed
    return changed


def destination(session: AuthSession) -> str | None:
    """Where the browser goes after the ending, with the documented parameters; None where there is nowhere to go.

    Source: journey.success-redirect, journey.error-redirect
    """
    if session.ending is None or session.ending is Ending.INVALID:
        return None
    if session.ending is Ending.APPROVED:
        return _with_query(session.redirect_uri, {"session_id": session.session_id})
    return _with_query(session.cancel_uri, error_parameters(session))


def error_parameters(session: AuthSession) -> dict[str, str]:
    """The query parameters of a journey that did not succeed. Source: journey.error-redirect"""
    ending = session.ending or Ending.INVALID
    return {
        "error": "access_denied",
        "error_description": DESCRIPTIONS[ending],
        "error_id": session.error_id or "",
        "error_type": ending.value,
        "error_uri": f"https://docs.fiskil.com/errors#{ending.value}",
    }


def person_of(store: Store, session: AuthSession) -> Person | None:
    """Who logged in, if somebody did."""
    return person_for(store, session.email) if session.email else None


def _answer(store: Store, session: AuthSession, name: str, form: dict[str, Any]) -> tuple[AuthSession, str]:
    if name == "choose":
        return _choose(store, session, str(form.get("institution_id", "")))
    if name == "identify":
        return _identify(store, session, str(form.get("email", "")))
    if name == "enter_code":
        return _enter_code(store, session, str(form.get("code", "")))
    if name == "select":
        return _select(store, session, tuple(form.get("accounts", ())))
    return session, "fine"


def _choose(store: Store, session: AuthSession, institution_id: str) -> tuple[AuthSession, str]:
    institution = store.institutions.get(institution_id)
    if institution is None or not institution.is_accessible:
        return session, "unknown"
    answer = "outage" if institution.connection_status == "OUTAGE" else "fine"
    return msgspec.structs.replace(session, institution_id=institution_id), answer


def _identify(store: Store, session: AuthSession, email: str) -> tuple[AuthSession, str]:
    person = person_for(store, email)
    if person is None:
        return session, "empty"
    if person.outcome == "unknown":
        return session, "unknown"
    code = f"{stream(store.mint.seed, store.mint.salt, session.session_id).randrange(10**6):06d}"
    return msgspec.structs.replace(session, email=person.email, code=code), "fine"


def _enter_code(store: Store, session: AuthSession, code: str) -> tuple[AuthSession, str]:
    if code.strip() != session.code:
        wrong = session.wrong_codes + 1
        answer = "wrong_too_often" if wrong >= CODES_ALLOWED else "wrong"
        return msgspec.structs.replace(session, wrong_codes=wrong), answer
    person = person_of(store, session)
    outcome = person.outcome if person else "unknown"
    return session, "fine" if outcome == "eligible" else outcome


def _select(store: Store, session: AuthSession, keys: tuple[str, ...]) -> tuple[AuthSession, str]:
    person = person_of(store, session)
    known = tuple(spec.key for spec in person.accounts if spec.key in keys) if person else ()
    return msgspec.structs.replace(session, account_keys=known), "fine" if known else "nothing"


def _finish(store: Store, session: AuthSession, ending: Ending) -> AuthSession:
    """End the session, once; an approval becomes a consent and its first syncs. Source: auth-session.single-use"""
    if ending is not Ending.APPROVED:
        ended = msgspec.structs.replace(session, ending=ending, error_id=store.mint.error_id())
        store.sessions[session.session_id] = ended
        return ended
    person = person_of(store, session)
    if person is None or session.institution_id is None:
        raise bad_request("the journey has no institution or no person")
    consent = consents.grant(
        store,
        end_user_id=session.end_user_id,
        institution_id=session.institution_id,
        person=person,
        account_keys=session.account_keys,
    )
    sync.begin(store, consent)
    ended = msgspec.structs.replace(session, ending=ending, arrangement_id=consent.arrangement_id)
    store.sessions[session.session_id] = ended
    return ended


def _with_query(uri: str, parameters: dict[str, str]) -> str | None:
    if not uri:
        return None
    parts = urlsplit(uri)
    query = "&".join(text for text in (parts.query, urlencode(parameters)) if text)
    return urlunsplit(parts._replace(query=query))
