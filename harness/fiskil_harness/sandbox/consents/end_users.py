"""End users: created, listed, updated and deleted by the app's server."""

import msgspec

from fiskil_harness.core.identifiers import EMAIL, PHONE
from fiskil_harness.core.model import Ending
from fiskil_harness.sandbox.consents import consents
from fiskil_harness.sandbox.problems import ApiProblem, end_user_not_found, invalid_format, missing_field
from fiskil_harness.sandbox.store import Store
from fiskil_harness.sandbox.tables import Registration


def create(
    store: Store,
    *,
    email: str | None = None,
    name: str | None = None,
    phone: str | None = None,
    abn: str | None = None,
    end_user_id: str | None = None,
) -> Registration:
    """Register an end user.

    Args:
        end_user_id: A fixed id (default: a new one).

    Raises:
        ApiProblem: 400, the e-mail is missing or taken, or e-mail or phone has another format, under interpretations in
            which the API refuses that.

    Source: end-users.duplicate-email, end-users.email, end-users.formats
    """
    _refuse_formats(store, email, phone)
    if not email and store.interpretation("end-users.email") == "required":
        raise missing_field("email", "body", "email is required")
    _refuse_taken(store, email, but="")
    chosen = end_user_id or store.mint.end_user_id()
    registration = Registration(end_user_id=chosen, email=email, name=name, phone=phone, abn=abn)
    store.end_users[chosen] = registration
    store.deleted_end_users.discard(chosen)
    return registration


def find(store: Store, end_user_id: str) -> Registration:
    """Return an end user.

    Raises:
        ApiProblem: 404, no such end user.
    """
    if end_user_id not in store.end_users:
        raise end_user_not_found()
    return store.end_users[end_user_id]


def update(store: Store, end_user_id: str, changes: dict[str, str]) -> None:
    """Change e-mail, phone, name or ABN of an end user.

    Raises:
        ApiProblem: 404, no such end user; 400, the e-mail is taken, or e-mail or phone has another format.

    Source: end-users.duplicate-email, end-users.formats
    """
    registration = find(store, end_user_id)
    _refuse_formats(store, changes.get("email"), changes.get("phone"))
    _refuse_taken(store, changes.get("email"), but=end_user_id)
    store.end_users[end_user_id] = msgspec.structs.replace(registration, **changes)


def delete(store: Store, end_user_id: str) -> None:
    """Delete an end user permanently, end their consents and invalidate their auth sessions.

    Raises:
        ApiProblem: 404, no such end user.

    Source: end-users.delete-ends-consents, auth-session.deleted-end-user
    """
    find(store, end_user_id)
    for consent in store.active_consents(end_user_id):
        consents.end(store, consent, reason="Revoked", by="app", clause_id="end-users.delete-ends-consents")
    for session in store.sessions.values():
        if session.end_user_id == end_user_id and session.ending is None:
            ended = msgspec.structs.replace(session, ending=Ending.INVALID, error_id=store.mint.error_id())
            store.sessions[session.session_id] = ended
    del store.end_users[end_user_id]
    store.deleted_end_users.add(end_user_id)


def _refuse_formats(store: Store, email: str | None, phone: str | None) -> None:
    for name, value, form in (("email", email, EMAIL), ("phone", phone, PHONE)):
        if value and not form.fullmatch(value) and store.interpretation("end-users.formats") == "refused":
            words = "not in E.164 format" if name == "phone" else "not an e-mail address"
            raise invalid_format(name, "regexp" if name == "phone" else "email", f"invalid {name}: {words}")


def _refuse_taken(store: Store, email: str | None, *, but: str) -> None:
    if (
        email
        and store.end_users.has_other_with(email, but=but)
        and store.interpretation("end-users.duplicate-email") == "refused"
    ):
        raise ApiProblem(400, "end_user_already_exists", "an end user with this email already exists")
