"""The endpoint ``/v1/consent``, which lists and revokes consents."""

from typing import Any

from fiskil_harness.core.clock import rfc3339
from fiskil_harness.core.model import Consent
from fiskil_harness.sandbox.api.paging import enveloped
from fiskil_harness.sandbox.api.wire import NO_CONTENT, ApiRequest, ApiResponse, json_response
from fiskil_harness.sandbox.consents import consents
from fiskil_harness.sandbox.consents.institutions import picture
from fiskil_harness.sandbox.datasets import account_ids
from fiskil_harness.sandbox.problems import missing_field
from fiskil_harness.sandbox.store import Store
from fiskil_harness.sandbox.tables import LazyList


def list_all(store: Store, request: ApiRequest) -> ApiResponse:
    """Return the consents of an end user as a JSON array, which v3 wraps in an object.

    Raises:
        ApiProblem: 400, ``end_user_id`` is missing, and an interpretation requires it.

    Source: versions.v3-envelope, consents.list, consents.end-user-required
    """
    end_user_id = request.query_value("end_user_id")
    if end_user_id is None and store.interpretation("consents.end-user-required") == "400":
        raise missing_field("end_user_id", "query string", "missing required query parameter: end_user_id")
    active = request.query_value("active")
    ids = (
        store.consents.ids if end_user_id is None else [consent.arrangement_id for consent in store.consents.of(end_user_id)]
    )
    if active is not None:
        ids = [arrangement_id for arrangement_id in ids if store.consents[arrangement_id].is_active == (active == "true")]
    rows = LazyList(ids, lambda arrangement_id: _wire(store, store.consents[arrangement_id]))
    return json_response(enveloped(store, request, "consents", rows))


def revoke(store: Store, request: ApiRequest) -> ApiResponse:
    """Revoke a consent; the response is 204 even for an unknown id.

    Source: consents.revoke-unknown, consents.own-revocation
    """
    consent = store.consents.get(request.path_values["arrangement_id"])
    if consent is not None:
        consents.end(store, consent, reason="Revoked", by="app", clause_id="consents.own-revocation")
    return NO_CONTENT


def _wire(store: Store, consent: Consent) -> dict[str, Any]:
    registration = store.end_users.get(consent.end_user_id)
    institution = store.institutions[consent.institution_id]
    return {
        "arrangement_id": consent.arrangement_id,
        "active": consent.is_active,
        "account_ids": list(account_ids(store, consent)),
        "app_name": "Test app",
        "app_logo": "",
        "created_at": rfc3339(consent.created_at),
        "expires_at": rfc3339(consent.expires_at),
        "duration": int((consent.expires_at - (consent.renewed_at or consent.created_at)).total_seconds()),
        "end_user_id": consent.end_user_id,
        "end_user_email": registration.email if registration else None,
        "institution_id": consent.institution_id,
        "institution_name": institution.name,
        "institution_logo": picture(store, institution, "logo"),
        "institution_type": institution.industry,
        "last_accessed": rfc3339(store.read_at.get(consent.arrangement_id, consent.created_at)),
        "last_consent": rfc3339(consent.renewed_at or consent.created_at),
        "permissions": list(consent.permissions),
        "termination_reason": consent.termination_reason,
    }
