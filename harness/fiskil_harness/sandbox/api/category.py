"""The endpoint ``/v1/banking/transactions/category``, which sets an end user's own category of a transaction."""

from msgspec import Struct

from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response, read_json
from fiskil_harness.sandbox.bank import categories
from fiskil_harness.sandbox.problems import invalid_request
from fiskil_harness.sandbox.store import Store


class _Override(Struct):
    fiskil_transaction_id: str
    secondary_category: str


def override(store: Store, request: ApiRequest) -> ApiResponse:
    """Set the category of a transaction; later syncs keep it. Source: category.override"""
    requested = read_json(request, _Override, refuse=invalid_request)
    categories.override(store, requested.fiskil_transaction_id, requested.secondary_category)
    return json_response({"message": "category updated"})


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("banking.category", "POST", "/v1/banking/transactions/category", override, family="data", scope="api:banking"),
)
