"""``/v1/banking/products``: what institutions sell, in a list and in detail."""

from typing import Any

import httpx
import pytest

from fiskil_harness.core.model.product import SUMMARY
from fiskil_harness.sandbox.consents.console import VERSIONS
from tests.sandbox.still import Still


def listed(api: httpx.Client, institution_id: str = "88888", **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(
        "/v1/banking/products", params={"instituition_id": institution_id, **query}
    ).json()["products"]
    return found


def test_products_need_no_end_user(still: Still, api: httpx.Client) -> None:
    """The institution is enough, and the list has no details. Source: products.list"""
    found = listed(api)

    assert {"Everyday Access", "Online Saver", "Low Rate Visa", "Variable Home Loan"} <= {row["name"] for row in found}
    assert {name for row in found for name in row} <= set(SUMMARY)
    assert {row["brand_name"] for row in found} == {"Banking Sandbox Data Holder"}


@pytest.mark.parametrize("query", ["", "?instituition_id=", "?instituition_id=77777", "?institution_id=88888"])
def test_the_institution_is_asked_for_by_its_odd_name(still: Still, api: httpx.Client, query: str) -> None:
    """Missing, unknown, or spelt well: 400 InvalidRequest. Source: products.institution-id"""
    answer = api.get(f"/v1/banking/products{query}")

    assert (answer.status_code, answer.json()["name"]) == (400, "InvalidRequest")


def test_each_bank_has_its_own_products(still: Still, api: httpx.Client) -> None:
    """Other ids, another brand; an energy retailer has none."""
    own, other = listed(api), listed(api, "22")

    assert {row["product_id"] for row in own}.isdisjoint(row["product_id"] for row in other)
    assert {row["brand_name"] for row in other} == {"Eastpac"}
    assert listed(api, "140") == []


def test_products_come_in_pages(still: Still, api: httpx.Client) -> None:
    """Every product once. Source: paging.links"""
    seen: list[str] = []
    following: str | None = "/v1/banking/products?instituition_id=88888&page[size]=4"
    while following:
        answer = api.get(following).json()
        seen += [value["product_id"] for value in answer["products"]]
        following = answer["links"].get("next")

    assert seen == [row["product_id"] for row in listed(api)]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_product_has_a_detail(still: Still, api: httpx.Client, version: str) -> None:
    """What the list says, and more; the same ids in every run. Source: products.detail"""
    for summary in listed(api):
        answer = api.get(f"/v1/banking/products/{summary['product_id']}", headers={"X-Fiskil-Version": version})
        detail = answer.json()["product"]

        assert summary.items() <= detail.items()
        assert detail["features"]
        assert detail["eligibility"]


@pytest.mark.parametrize(("reading", "status"), [("400", 400), ("404", 404)])
def test_an_unknown_product(still: Still, api: httpx.Client, reading: str, status: int) -> None:
    """400, or 404 where that is the reading. Source: products.unknown"""
    still.sandbox.read_as({"products.unknown": reading})

    answer = api.get("/v1/banking/products/none-such")

    assert (answer.status_code, set(answer.json())) == (status, {"id", "name", "message"})


def test_an_account_costs_what_its_product_says(still: Still, api: httpx.Client) -> None:
    """Fees and rates of an account are those of the product that it names. Source: accounts.details"""
    consent = still.consent("ben")
    products = {row["name"]: row["product_id"] for row in listed(api)}
    found = api.get("/v1/banking/accounts", params={"end_user_id": consent.end_user_id}).json()["accounts"]
    card = next(value for value in found if value["product_name"] == "Low Rate Visa")

    product = api.get(f"/v1/banking/products/{products['Low Rate Visa']}").json()["product"]

    assert card["fees"] == product["fees"]
    assert card["lending_rates"] == product["lending_rates"]
    assert card["lending_rate"] == product["lending_rates"][0]["rate"]
    assert [{**value, "is_activated": ""} for value in product["features"]] == [
        {**value, "is_activated": ""} for value in card["features"]
    ]


def test_a_sync_of_products_is_told_when_asked_for(still: Still, api: httpx.Client) -> None:
    """No permission is needed for what is public, and no consent starts it. Source: webhooks.events, products.list"""
    consent = still.consent("rosa")
    before = [event.kind for event in still.sandbox.events]

    still.sandbox.sync(consent, "products")

    assert "banking.products.sync.completed" not in before
    assert still.sandbox.events[-1].kind == "banking.products.sync.completed"
