"""Auth sessions: opening, acts of the end user (submitted forms), expiry and endings."""

from datetime import timedelta
from typing import Any

import msgspec

from fiskil_harness.core.model import AuthSession, Consent, Ending
from fiskil_harness.sandbox import sync
from fiskil_harness.sandbox.consents import consents, journey_table
from fiskil_harness.sandbox.consents.end_users import find
from fiskil_harness.sandbox.consents.institutions import is_accessible
from fiskil_harness.sandbox.consents.journey_rules import apply_form, person_of
from fiskil_harness.sandbox.consents.redirects import destination, refuse_bad_uri
from fiskil_harness.sandbox.datasets import account_ids
from fiskil_harness.sandbox.problems import ApiProblem, bad_request
from fiskil_harness.sandbox.snapshots import drop_unshared
from fiskil_harness.sandbox.store import Store

LIFETIMES = {"5-days": timedelta(days=5), "15-minutes": timedelta(minutes=15)}
PATIENCE = timedelta(minutes=10)


def open_session(
    store: Store,
    *,
    end_user_id: str,
    redirect_uri: str,
    cancel_uri: str,
    institution_id: str | None = None,
    arrangement_id: str | None = None,
    permissions: tuple[str, ...] = (),
) -> AuthSession:
    """Open a single-use session.

    Args:
        arrangement_id: The consent of the same end user to renew.
        permissions: The permissions to request (default: those of the console).

    Raises:
        ApiProblem: 404, no such end user; 400, no such institution or consent, or an unusable URI.

    Source: auth-session.lifetime, auth-session.uris, auth-session.renewal, auth-session.renewal-of-ended
    """
    find(store, end_user_id)
    refuse_bad_uri("redirect_uri", redirect_uri)
    refuse_bad_uri("cancel_uri", cancel_uri)
    if institution_id is not None:
        institution = store.institutions.get(institution_id)
        if institution is None or not is_accessible(store, institution):
            raise ApiProblem(400, "invalid_institution_id", "institution_id names no institution that can be reached")
    if arrangement_id is not None:
        renewed = store.consents.get(arrangement_id)
        if renewed is None or renewed.end_user_id != end_user_id:
            raise bad_request("arrangement_id names no consent of this end user")
        if not renewed.is_active and store.interpretation("auth-session.renewal-of-ended") == "refused":
            raise bad_request("the consent that arrangement_id names is over")
    now = store.clock.now()
    session = AuthSession(
        session_id=store.mint.session_id(),
        end_user_id=end_user_id,
        redirect_uri=redirect_uri,
        cancel_uri=cancel_uri,
        created_at=now,
        expires_at=now + LIFETIMES[store.interpretation("auth-session.lifetime")],
        stage="login" if institution_id else "institution",
        institution_id=institution_id,
        is_institution_fixed=institution_id is not None,
        arrangement_id=arrangement_id,
        permissions=permissions,
    )
    return keep(store, session)


def current(store: Store, session_id: str) -> AuthSession | None:
    """Return the current state of a session, which ends first if it is due to expire; None for an unknown id.

    Source: auth-session.single-use, journey.timeout
    """
    session = store.sessions.get(session_id)
    if session is None or session.ending is not None:
        return session
    now = store.clock.now()
    if now >= session.expires_at or _cannot_renew(store, session):
        return _finish(store, session, Ending.INVALID)
    if session.touched_at and now - session.touched_at > PATIENCE:
        target = journey_table.leads_to(session.stage, "wait_too_long", "fine")
        if isinstance(target, Ending):
            return _finish(store, session, target)
    return session


def _cannot_renew(store: Store, session: AuthSession) -> bool:
    """Return True if the session renews a consent that has ended, and the interpretation does not allow that.

    Source: auth-session.renewal-of-ended
    """
    renewed = store.consents.get(session.arrangement_id or "")
    is_over = renewed is not None and not renewed.is_active
    return is_over and store.interpretation("auth-session.renewal-of-ended") == "refused"


def view_session(store: Store, session_id: str) -> AuthSession | None:
    """Return the session as the end user sees it; showing an institution's screen starts its time limit."""
    session = current(store, session_id)
    if session is None or session.ending is not None or session.touched_at is not None:
        return session
    if journey_table.leads_to(session.stage, "wait_too_long", "fine") is None:
        return session
    return keep(store, msgspec.structs.replace(session, touched_at=store.clock.now()))


def act(store: Store, session_id: str, name: str, form: dict[str, Any]) -> AuthSession | None:
    """Perform the act *name* (see ``journey_table``) and return the session; None for an unknown id.

    Source: journey.stages
    """
    session = current(store, session_id)
    if session is None or session.ending is not None or name not in journey_table.acts_at(session.stage):
        return session
    changed, result = apply_form(store, session, name, form)
    target = journey_table.leads_to(session.stage, name, result)
    if target is None:
        return session
    changed = msgspec.structs.replace(changed, touched_at=store.clock.now(), act_result=result)
    if isinstance(target, Ending):
        return _finish(store, changed, target)
    return keep(store, msgspec.structs.replace(changed, stage=target))


def send_back(store: Store, session: AuthSession) -> str | None:
    """Return the redirect URL of an ended session, and record that the browser was redirected.

    Source: auth-session.single-use
    """
    keep(store, msgspec.structs.replace(session, has_returned=True))
    return destination(session, store.interpretation)


def keep(store: Store, session: AuthSession) -> AuthSession:
    """Store *session* as the current state of its auth session, and return it."""
    store.sessions[session.session_id] = session
    return session


def announce(store: Store, session: AuthSession) -> AuthSession:
    """Mark an ended session as ended without its page, notify the open pages, and return it."""
    announced = keep(store, msgspec.structs.replace(session, is_announced=True))
    for notify in tuple(store.page_listeners):
        notify()
    return announced


def _finish(store: Store, session: AuthSession, ending: Ending) -> AuthSession:
    """End the session, once; an approval creates a consent and its first syncs. Source: auth-session.single-use"""
    if ending is not Ending.APPROVED:
        return keep(store, msgspec.structs.replace(session, ending=ending, error_id=store.mint.error_id()))
    consent = _consent(store, session)
    sync.begin(store, consent)
    return keep(store, msgspec.structs.replace(session, ending=ending, arrangement_id=consent.arrangement_id))


def _consent(store: Store, session: AuthSession) -> Consent:
    """Return a new consent, or the consent that the session renews for the same person. Source: auth-session.renewal"""
    person = person_of(store, session)
    # The table allows an approval only after an institution was chosen and a person logged in.
    assert person is not None
    assert session.institution_id is not None
    earlier = store.consents.get(session.arrangement_id or "")
    if (
        earlier is not None
        and earlier.is_active
        and (earlier.person, earlier.institution_id) == (person.email, session.institution_id)
    ):
        renewed = consents.renew(store, earlier, account_keys=session.account_keys)
        left_out = set(account_ids(store, earlier)) - set(account_ids(store, renewed))
        drop_unshared(store, renewed, unshared=left_out)
        return renewed
    return consents.grant(
        store,
        end_user_id=session.end_user_id,
        institution_id=session.institution_id,
        person=person,
        account_keys=session.account_keys,
        permissions=session.permissions,
    )
