"""``/v1/banking/products``: the products of institutions, in a list and in detail."""

from typing import Any

import httpx
import pytest

from fiskil_harness.core.model.product import SUMMARY
from fiskil_harness.sandbox.consents.console import VERSIONS
from tests.sandbox.still import Still


def listed(api: httpx.Client, institution_id: str = "88888", **query: Any) -> list[dict[str, Any]]:
    products: list[dict[str, Any]] = api.get(
        "/v1/banking/products", params={"instituition_id": institution_id, **query}
    ).json()["products"]
    return products


def test_products_need_no_end_user(still: Still, api: httpx.Client) -> None:
    """The institution is enough, and the list has no details. Source: products.list"""
    products = listed(api)

    assert {"Everyday Access", "Online Saver", "Low Rate Visa", "Variable Home Loan"} <= {row["name"] for row in products}
    assert {name for row in products for name in row} <= set(SUMMARY)
    assert {row["brand_name"] for row in products} == {"Banking Sandbox Data Holder"}


@pytest.mark.parametrize("query", ["", "?instituition_id=", "?instituition_id=77777", "?institution_id=88888"])
def test_the_institution_parameter_has_an_odd_name(still: Still, api: httpx.Client, query: str) -> None:
    """A parameter that is missing, unknown or spelled correctly gets 400 InvalidRequest. Source: products.institution-id"""
    response = api.get(f"/v1/banking/products{query}")

    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")


def test_each_bank_has_its_own_products(still: Still, api: httpx.Client) -> None:
    """Another bank has other ids and another brand; an energy retailer has no products."""
    own, other = listed(api), listed(api, "22")

    assert {row["product_id"] for row in own}.isdisjoint(row["product_id"] for row in other)
    assert {row["brand_name"] for row in other} == {"Eastpac"}
    assert listed(api, "140") == []


def test_products_come_in_pages(still: Still, api: httpx.Client) -> None:
    """The pages contain every product once. Source: paging.links"""
    product_ids: list[str] = []
    next_url: str | None = "/v1/banking/products?instituition_id=88888&page[size]=4"
    while next_url:
        response = api.get(next_url).json()
        product_ids += [row["product_id"] for row in response["products"]]
        next_url = response["links"].get("next")

    assert product_ids == [row["product_id"] for row in listed(api)]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_product_has_a_detail(still: Still, api: httpx.Client, version: str) -> None:
    """The detail contains the fields of the list, and more. Source: products.detail"""
    for summary in listed(api):
        response = api.get(f"/v1/banking/products/{summary['product_id']}", headers={"X-Fiskil-Version": version})
        detail = response.json()["product"]

        assert summary.items() <= detail.items()
        assert detail["features"]
        assert detail["eligibility"]


@pytest.mark.parametrize(("interpretation", "status"), [("400", 400), ("404", 404)])
def test_an_unknown_product_is_refused(still: Still, api: httpx.Client, interpretation: str, status: int) -> None:
    """The status is 400, or 404 under that interpretation. Source: products.unknown"""
    still.sandbox.choose_interpretations({"products.unknown": interpretation})

    response = api.get("/v1/banking/products/none-such")

    assert (response.status_code, set(response.json())) == (status, {"id", "name", "message"})


def test_an_account_has_the_fees_and_rates_of_its_product(still: Still, api: httpx.Client) -> None:
    """Fees and rates of an account are those of the product that it names. Source: accounts.details"""
    consent = still.consent("ben")
    products = {row["name"]: row["product_id"] for row in listed(api)}
    accounts = api.get("/v1/banking/accounts", params={"end_user_id": consent.end_user_id}).json()["accounts"]
    card = next(row for row in accounts if row["product_name"] == "Low Rate Visa")

    product = api.get(f"/v1/banking/products/{products['Low Rate Visa']}").json()["product"]

    assert card["fees"] == product["fees"]
    assert card["lending_rates"] == product["lending_rates"]
    assert card["lending_rate"] == product["lending_rates"][0]["rate"]
    assert [{**value, "is_activated": ""} for value in product["features"]] == [
        {**value, "is_activated": ""} for value in card["features"]
    ]


def test_a_requested_sync_of_products_emits_an_event(still: Still, api: httpx.Client) -> None:
    """Products are public: they need no permission, and a consent may leave them silent.

    Source: webhooks.events, products.list, sync.public-data
    """
    still.sandbox.choose_interpretations({"sync.public-data": "silent"})
    consent = still.consent("rosa")
    before = [event.kind for event in still.sandbox.events]

    still.sandbox.sync(consent, "products")

    assert "banking.products.sync.completed" not in before
    assert still.sandbox.events[-1].kind == "banking.products.sync.completed"
