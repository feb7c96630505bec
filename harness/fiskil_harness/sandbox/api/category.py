"""``/v1/banking/transactions/category``: the end user knows better than Fiskil what a payment was for."""

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
    """Put a transaction into another category, for good. Source: category.override"""
    wanted = read_json(request, _Override, refuse=invalid_request)
    categories.override(store, wanted.fiskil_transaction_id, wanted.secondary_category)
    return json_response({"message": "category updated"})


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("banking.category", "POST", "/v1/banking/transactions/category", override, family="data", scope="api:banking"),
)
