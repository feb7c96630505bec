"""The endpoint ``/v1/institutions``, which lists the institutions."""

from typing import Any

from fiskil_harness.core.model import Institution
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.sandbox.consents.institutions import is_accessible, picture
from fiskil_harness.sandbox.problems import ApiProblem, bad_request
from fiskil_harness.sandbox.store import Store

RECOMMENDED = 3
"""Institutions whose priority number is at most this are recommended."""


def list_all(store: Store, request: ApiRequest) -> ApiResponse:
    """Return institutions; the endpoint requires ``client_id`` but no token.

    Raises:
        ApiProblem: 400, the client or the auth session is unknown.

    Source: institutions.client-id, institutions.unknown-client, institutions.sandbox-bank, institutions.recommended,
    versions.v3-institutions
    """
    industry = request.query_value("industry")
    mode, session_id = request.query_value("institution_mode"), request.query_value("sess_id")
    is_own = request.query_value("client_id") == store.credentials.client_id
    if not is_own and store.interpretation("institutions.unknown-client") == "refused":
        raise bad_request("client_id names no client")
    if session_id is not None and sessions.current(store, session_id) is None:
        raise bad_request("sess_id names no auth session of this client")
    rows = [
        _wire(store, institution)
        for institution in store.institutions.values()
        if industry in {None, institution.industry} and (mode is None or institution.priority <= RECOMMENDED)
    ]
    is_enveloped = request.version == "v3" and store.interpretation("versions.v3-institutions") == "enveloped"
    return json_response({"institutions": rows, "links": {}} if is_enveloped else rows)


def get(store: Store, request: ApiRequest) -> ApiResponse:
    """Return one institution.

    Raises:
        ApiProblem: 404, no such institution.
    """
    institution = store.institutions.get(request.path_values["institution_id"])
    if institution is None:
        raise ApiProblem(404, "institution_not_found", "institution not found")
    return json_response(_wire(store, institution))


def _wire(store: Store, institution: Institution) -> dict[str, Any]:
    return {
        "id": institution.institution_id,
        "name": institution.name,
        "icon": picture(store, institution, "icon"),
        "logo": picture(store, institution, "logo"),
        "industry": institution.industry,
        "is_accessible": is_accessible(store, institution),
        "priority": institution.priority,
        "status": {"connections": {"status": institution.connection_status}},
    }
