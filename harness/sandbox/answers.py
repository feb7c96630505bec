"""What the institution makes of each act of the end user; where that leads is the journey's table to say."""

from typing import Any

import msgspec

from harness.ids import stream
from harness.model import AuthSession, Person
from harness.sandbox.institutions import is_accessible
from harness.sandbox.people import accounts_at, person_for
from harness.sandbox.store import Store

Form = dict[str, Any]


def answer_to(store: Store, session: AuthSession, act: str, form: Form) -> tuple[AuthSession, str]:
    """The session with what the form told, and the answer; acts that ask for nothing are ``fine``."""
    if act == "choose":
        return _choose(store, session, str(form.get("institution_id", "")))
    if act == "identify":
        return _identify(store, session, str(form.get("email", "")))
    if act == "enter_code":
        return _enter_code(store, session, str(form.get("code", "")))
    if act == "select":
        return _select(store, session, tuple(form.get("accounts", ())))
    return session, "fine"


def person_of(store: Store, session: AuthSession) -> Person | None:
    """Who logged in, if somebody did."""
    return person_for(store, session.email) if session.email else None


def _choose(store: Store, session: AuthSession, institution_id: str) -> tuple[AuthSession, str]:
    institution = store.institutions.get(institution_id)
    if institution is None or not is_accessible(store, institution):
        return session, "unknown"
    return msgspec.structs.replace(session, institution_id=institution_id), _health(store, institution_id)


def _identify(store: Store, session: AuthSession, email: str) -> tuple[AuthSession, str]:
    person = person_for(store, email)
    if person is None:
        return session, "malformed"
    if person.outcome == "unknown":
        return session, "unknown"
    code = f"{stream(store.mint.seed, store.mint.salt, session.session_id).randrange(10**6):06d}"
    identified = msgspec.structs.replace(session, email=person.email, code=code)
    return identified, _health(store, session.institution_id or "")


def _health(store: Store, institution_id: str) -> str:
    return "outage" if store.institutions[institution_id].connection_status == "OUTAGE" else "fine"


def _enter_code(store: Store, session: AuthSession, code: str) -> tuple[AuthSession, str]:
    """Source: journey.code-attempts"""
    if "".join(code.split()) != session.code:
        wrong = session.wrong_codes + 1
        answer = "wrong_too_often" if wrong >= int(store.reading("journey.code-attempts")) else "wrong"
        return msgspec.structs.replace(session, wrong_codes=wrong), answer
    person = person_of(store, session)
    if person is None or (person.outcome == "eligible" and not accounts_at(store, person, session.institution_id or "")):
        return session, "ineligible"
    return session, "fine" if person.outcome == "eligible" else person.outcome


def _select(store: Store, session: AuthSession, keys: tuple[str, ...]) -> tuple[AuthSession, str]:
    person = person_of(store, session)
    held = accounts_at(store, person, session.institution_id or "") if person else ()
    known = tuple(spec.key for spec in held if spec.key in keys)
    return msgspec.structs.replace(session, account_keys=known), "fine" if known else "nothing"
