"""The result of each act (submitted form) in a consent journey; ``journey_table`` maps results to the next stage."""

from collections.abc import Iterable
from itertools import count
from typing import Any

import msgspec

from fiskil_harness.core.model import OUTCOMES, AuthSession, Person
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.consents.institutions import is_accessible
from fiskil_harness.sandbox.consents.people import offered_at, person_for
from fiskil_harness.sandbox.store import Store

Form = dict[str, Any]

MAGIC_CODES: dict[str, str] = {"123456": "is right", "000000": "is wrong", "999999": "has expired"}
"""One-time codes with the same meaning in every session, in addition to the code on the page. Fiskil does not have them."""
_RIGHT, _, _EXPIRED = MAGIC_CODES


def apply_form(store: Store, session: AuthSession, act: str, form: Form) -> tuple[AuthSession, str]:
    """Return the session with the submitted values, and the result of the act; an act without form values is ``fine``."""
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
    """Return the person who logged in; None before the log-in."""
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
    if _outcome(session, person) == "unknown":
        return session, "unknown"
    identified = msgspec.structs.replace(session, email=person.email, code=_code(store, session))
    return identified, _health(store, session.institution_id or "")


def _health(store: Store, institution_id: str) -> str:
    return "outage" if store.institutions[institution_id].connection_status == "OUTAGE" else "fine"


def _outcome(session: AuthSession, person: Person) -> str:
    """Return the outcome of the journey: the outcome set for the session, or else the outcome in the person's file."""
    return session.outcome or person.outcome


def _code(store: Store, session: AuthSession, *, after: str = "") -> str:
    """Return a new one-time code of six digits, never a magic one."""
    chance = stream(store.mint.seed, store.mint.salt, session.session_id, *([after] if after else []))
    return unmagical(f"{chance.randrange(10**6):06d}" for _ in count())


def unmagical(codes: Iterable[str]) -> str:
    """Return the first of *codes* that is not a magic code."""
    return next(code for code in codes if code not in MAGIC_CODES)


def _enter_code(store: Store, session: AuthSession, code: str) -> tuple[AuthSession, str]:
    """Return the session and the result after one-time code *code*. Source: journey.code-attempts, journey.code-expired"""
    typed = "".join(code.split())
    if typed == _EXPIRED:
        result = "expired" if store.interpretation("journey.code-expired") == "sent-again" else "too_late"
        return msgspec.structs.replace(session, code=_code(store, session, after=session.code or "")), result
    if typed not in {session.code, _RIGHT}:
        return _refuse_code(store, session)
    person = person_of(store, session)
    outcome = OUTCOMES[_outcome(session, person)] if person is not None else OUTCOMES["ineligible"]
    if person is not None and outcome.name == "eligible" and not offered_at(store, person, session.institution_id or ""):
        outcome = OUTCOMES["ineligible"]
    if outcome.name == "wrong_code":
        return _refuse_code(store, session)
    return session, outcome.code_result


def _refuse_code(store: Store, session: AuthSession) -> tuple[AuthSession, str]:
    """Count a wrong code; the result depends on how many the institution allows. Source: journey.code-attempts"""
    wrong = session.wrong_codes + 1
    is_last = wrong >= int(store.interpretation("journey.code-attempts"))
    return msgspec.structs.replace(session, wrong_codes=wrong), "wrong_too_often" if is_last else "wrong"


def _select(store: Store, session: AuthSession, keys: tuple[str, ...]) -> tuple[AuthSession, str]:
    person = person_of(store, session)
    offered = offered_at(store, person, session.institution_id or "") if person else ()
    chosen = tuple(spec.key for spec in offered if spec.key in keys)
    return msgspec.structs.replace(session, account_keys=chosen), "fine" if chosen else "nothing"
