"""Category overrides, and the taxonomy of all categories."""

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


def test_a_category_is_overridden_permanently(still: Still, api: httpx.Client) -> None:
    """The next read shows it, and so do later syncs and later consents. Source: category.override"""
    end_user = still.enrol("rosa")
    consent = still.sandbox.authorise(end_user)
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
    again = still.sandbox.authorise(end_user)
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
def test_an_incomplete_override_is_refused(still: Still, api: httpx.Client, body: Any) -> None:
    """The response is 400 in the simple form. Source: category.unknown, errors.simple"""
    response = api.post(PATH, json=body)

    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")
    assert set(response.json()) == {"id", "name", "message"}


@pytest.mark.parametrize("secondary", ["GROCERIES", "FOOD_AND_DRINK", "", "food_and_drink_groceries"])
def test_a_category_outside_the_taxonomy_is_refused(still: Still, api: httpx.Client, secondary: str) -> None:
    """A category outside the taxonomy gets 400, even for an existing row. Source: category.unknown"""
    consent = still.consent("rosa")

    assert choose(api, rows(api, consent)[0]["fiskil_id"], secondary).status_code == 400


def test_an_override_needs_the_fiskil_id_of_a_shared_row(still: Still, api: httpx.Client) -> None:
    """transaction_id is not accepted, and a row that is no longer shared cannot be changed. Source: category.unknown"""
    consent = still.consent("rosa")
    row = rows(api, consent)[0]

    assert choose(api, row["transaction_id"], GIFTS).status_code == 400
    still.sandbox.revoke(consent)
    assert choose(api, row["fiskil_id"], GIFTS).status_code == 400


def test_a_reset_removes_overrides(still: Still, api: httpx.Client) -> None:
    """After a reset no override is left."""
    choose(api, rows(api, still.consent("rosa"))[5]["fiskil_id"], GIFTS)

    still.sandbox.reset()

    assert rows(api, still.consent("rosa"), secondary_category=GIFTS) == []


def test_every_movement_is_in_the_taxonomy() -> None:
    """Every category of people's movements could be chosen."""
    people = [*catalog.people().values(), *(generated_person(seed=seed, number=seed) for seed in range(30))]
    used = {move.category.replace(":", "_") for person in people for spec in person.accounts for move in spec.moves}

    assert used <= set(taxonomy())
    assert all(secondary.startswith(f"{primary}_") for secondary, primary in taxonomy().items())
