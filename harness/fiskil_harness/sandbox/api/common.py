"""The endpoint ``/v1/common/identity``: the end user's identity as recorded by each institution."""

from fiskil_harness.sandbox.api.serving import served
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response
from fiskil_harness.sandbox.store import Store


def identity(store: Store, request: ApiRequest) -> ApiResponse:
    """Return one identity per institution, from the latest consent there; newest first. Source: identity.most-recent"""
    newest = {row.institution_id: row for row in served(store, request, "identity")}
    institution_id = request.query_value("institution_id")
    order = [consent.arrangement_id for consent in store.active_consents(request.query_value("end_user_id") or "")]
    rows = sorted(newest.values(), key=lambda row: order.index(row.arrangement_id), reverse=True)
    return json_response({"identities": [row.wire for row in rows if institution_id in {None, row.institution_id}]})
