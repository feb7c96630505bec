"""The endpoint ``/v1/banking/products``: the public products of a bank, which are requested without an end user."""

from fiskil_harness.sandbox.api.serving import listing
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response
from fiskil_harness.sandbox.bank import products
from fiskil_harness.sandbox.problems import ApiProblem, invalid_request
from fiskil_harness.sandbox.store import Store


def list_all(store: Store, request: ApiRequest) -> ApiResponse:
    """Return the products of one institution, without their details.

    Raises:
        ApiProblem: 400, the institution is unknown.

    Source: products.institution-id
    """
    institution = store.institutions.get(request.query_value("instituition_id") or "")
    if institution is None:
        raise invalid_request("invalid instituition_id: no such institution")
    return listing(store, request, "products", [product.summary for product in products.products_of(institution)])


def get(store: Store, request: ApiRequest) -> ApiResponse:
    """Return one product with rates, fees, features and conditions.

    Raises:
        ApiProblem: 404 or 400, no such product.

    Source: products.unknown
    """
    product_id = request.path_values["product_id"]
    for institution in store.institutions.values():
        for product in products.products_of(institution):
            if product.product_id == product_id:
                return json_response({"product": product.wire})
    if store.interpretation("products.unknown") == "404":
        raise ApiProblem(404, "NotFound", "product not found")
    raise invalid_request("invalid product_id: no such product")
