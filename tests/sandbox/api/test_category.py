"""Overriding a category, and the taxonomy that every category comes from."""

from typing import Any

import httpx
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent
from fiskil_harness.sandbox.bank.categories import taxonomy
from fiskil_harness.sandbox.consents.people import generated_person
from tests.sandbox.still import Still

PATH = "/v1/banking/transactions/category"
GIFTS = "GOVERNMENT_AND_NON_PROFIT_DONATIONS"


def rows(api: httpx.Client, consent: Consent, **query: Any) -> list[dict[str, Any]]:
    params = {"end_user_id": consent.end_user_id, "page[size]": "1000", **query}
    served: list[dict[str, Any]] = api.get("/v1/banking/transactions", params=params).json()["transactions"]
    return served


def choose(api: httpx.Client, fiskil_id: str, secondary: str) -> httpx.Response:
    return api.post(PATH, json={"fiskil_transaction_id": fiskil_id, "secondary_category": secondary})


def test_a_category_is_overridden_at_once_and_for_good(still: Still, api: httpx.Client) -> None:
    """The next read shows it, and so do later syncs and later consents. Source: category.override"""
    end_user, person = still.enrol("rosa")
    consent = still.sandbox.authorise(end_user, person)
    still.sandbox.sync(consent, "transactions")
    chosen = rows(api, consent)[5]

    response = choose(api, chosen["fiskil_id"], GIFTS)
    changed = chosen | {
        "category": {
            "primary_category": "GOVERNMENT_AND_NON_PROFIT",
            "secondary_category": GIFTS,
            "confidence_level": "VERY_HIGH",
        }
    }

    assert (response.status_code, set(response.json())) == (200, {"message"})
    assert rows(api, consent, secondary_category=GIFTS) == [changed]
    still.sandbox.sync(consent, "transactions")
    assert rows(api, consent, secondary_category=GIFTS) == [changed]
    still.sandbox.revoke(consent)
    again = still.sandbox.authorise(end_user, person)
    still.sandbox.sync(again, "transactions")
    assert [row["fiskil_id"] for row in rows(api, again, secondary_category=GIFTS)] == [chosen["fiskil_id"]]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"fiskil_transaction_id": "bank_tx_0"},
        {"secondary_category": GIFTS},
        {"fiskil_transaction_id": "bank_tx_0", "secondary_category": GIFTS},
        {"fiskil_transaction_id": 7, "secondary_category": GIFTS},
        [],
        None,
    ],
)
def test_an_override_that_says_too_little_is_refused(still: Still, api: httpx.Client, body: Any) -> None:
    """400 in the simple shape. Source: category.unknown, errors.simple"""
    response = api.post(PATH, json=body)

    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")
    assert set(response.json()) == {"id", "name", "message"}


@pytest.mark.parametrize("secondary", ["GROCERIES", "FOOD_AND_DRINK", "", "food_and_drink_groceries"])
def test_only_the_taxonomy_has_categories(still: Still, api: httpx.Client, secondary: str) -> None:
    """A row that is there and a category that is not. Source: category.unknown"""
    consent = still.consent("rosa")

    assert choose(api, rows(api, consent)[0]["fiskil_id"], secondary).status_code == 400


def test_the_other_id_names_no_transaction(still: Still, api: httpx.Client) -> None:
    """transaction_id is not fiskil_id; nor can a row be changed that is no longer shared. Source: category.unknown"""
    consent = still.consent("rosa")
    row = rows(api, consent)[0]

    assert choose(api, row["transaction_id"], GIFTS).status_code == 400
    still.sandbox.revoke(consent)
    assert choose(api, row["fiskil_id"], GIFTS).status_code == 400


def test_an_override_ends_with_its_sandbox(still: Still, api: httpx.Client) -> None:
    """After a reset nothing is left of it."""
    choose(api, rows(api, still.consent("rosa"))[5]["fiskil_id"], GIFTS)

    still.sandbox.reset()

    assert rows(api, still.consent("rosa"), secondary_category=GIFTS) == []


def test_every_movement_is_in_the_taxonomy() -> None:
    """What people spend on has a category that could be chosen."""
    people = [*catalog.people().values(), *(generated_person(seed=seed, number=seed) for seed in range(30))]
    used = {move.category.replace(":", "_") for person in people for spec in person.accounts for move in spec.moves}

    assert used <= set(taxonomy())
    assert all(secondary.startswith(f"{primary}_") for secondary, primary in taxonomy().items())
