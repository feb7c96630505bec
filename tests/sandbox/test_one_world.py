"""The data of a person, and of two people who live together, agree with each other."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import pytest

from fiskil_harness.sandbox.bank.days import EAST_COAST
from tests.sandbox.everyone import SEEDS, everyone

UNUSUAL = {"every_field", "required_fields", "required_parts"}
"""People whose addresses lack fields, or are in two formats."""


def place_of(address: dict[str, Any]) -> tuple[str, ...]:
    """Return street, suburb, state and postcode of an address in either format."""
    fields = address[address["address_u_type"]]
    street = fields.get("address_line1") or f"{fields['thoroughfare_number1']} {fields['street_name']}"
    return street, fields.get("city") or fields["locality_name"], fields["state"], fields["postcode"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_joint_home_loan_has_one_address(seed: int) -> None:
    """Both holders see the same address on the accounts that they share."""
    data = everyone(seed)

    addresses = {
        (name, row["display_name"]): place_of(row["addresses"][0])
        for name in ("hana", "joel")
        for row in data[name]["accounts"]
        if row["account_ownership"] == "TWO_PARTY"
    }

    assert len(addresses) == 4
    assert len(set(addresses.values())) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_home_is_the_same_at_bank_and_retailer(seed: int) -> None:
    """The service point of a household is at the address that the bank knows."""
    homes = {
        name: ({place_of(row["addresses"][0]) for row in data["accounts"]}, {place_of(row["location"]) for row in points})
        for name, data in everyone(seed).items()
        if data.get("accounts") and (points := data.get("service_points")) and name not in UNUSUAL
    }

    assert len(homes) > 10
    assert [name for name, (banks, points) in homes.items() if not points <= banks] == []


BATCHED = {
    "INCOME_SALARY",
    "INCOME_GOVERNMENT_BENEFITS",
    "INCOME_RETIREMENT_PENSION",
    "INCOME_DIVIDENDS",
    "TRANSFER_IN_ACCOUNT_TRANSFER",
    "TRANSFER_IN_SAVINGS",
    "TRANSFER_OUT_ACCOUNT_TRANSFER",
    "TRANSFER_OUT_SAVINGS",
}


@pytest.mark.parametrize("seed", SEEDS)
def test_only_payments_between_people_have_an_npp_payload(seed: int) -> None:
    """Payrolls and transfers between own accounts do not pass through the fast payment network."""
    rows = [row for name, data in everyone(seed).items() if name not in UNUSUAL for row in data.get("transactions", [])]
    fast = [row for row in rows if "npp_payload" in row["extended_data"]]
    categories = {row["category"]["secondary_category"] for row in fast}

    assert categories >= {"TRANSFER_IN_OTHER_TRANSFER_IN", "INCOME_OTHER_INCOME"}
    assert categories & BATCHED == set()
    assert BATCHED & {row["category"]["secondary_category"] for row in rows} == BATCHED
    assert all(row["is_detail_available"] == ("npp_payload" in row["extended_data"]) for row in rows)


def day_of(row: dict[str, Any]) -> date:
    """Return the east coast day of a row."""
    return datetime.fromisoformat(row["posting_date_time"]).astimezone(EAST_COAST).date()


def interest_rows(seed: int) -> Iterator[tuple[str, str, Decimal, Decimal]]:
    """Yield the owner, the category of the account, each amount of interest, and the expected amount.

    The expected amount is that of the account's rate, from one row of interest to the next.
    """
    for name, data in everyone(seed).items():
        balances = {row["account_id"]: Decimal(row["current_balance"]) for row in data.get("balances", ())}
        for account in data.get("accounts", ()) if name not in UNUSUAL else ():
            rows = [
                row
                for row in data["transactions"]
                if row["account_id"] == account["account_id"] and row["status"] == "POSTED"
            ]
            paid = sorted((row for row in rows if row["type"].startswith("INTEREST_")), key=day_of)
            kind = "deposit_rate" if paid and paid[0]["type"] == "INTEREST_PAID" else "lending_rate"
            rate = Decimal(account.get(kind) or 0)
            for before, row in pairwise(paid):
                total, day = Decimal(0), day_of(before) + timedelta(days=1)
                while rate and day <= day_of(row):
                    later = sum(Decimal(other["amount"]) for other in rows if day_of(other) > day)
                    own = Decimal(row["amount"]) if day == day_of(row) else Decimal(0)
                    total, day = total + balances[account["account_id"]] - later - own, day + timedelta(days=1)
                if rate:
                    expected = (rate * total / 365).quantize(Decimal("0.01"), ROUND_HALF_UP)
                    yield name, account["product_category"], Decimal(row["amount"]), expected


@pytest.mark.parametrize("seed", SEEDS)
def test_interest_follows_rate_and_balance(seed: int) -> None:
    """Savings earn, and loans cost, the account's yearly rate on the balance at the end of each day."""
    rows = list(interest_rows(seed))

    assert {category for _, category, _, _ in rows} >= {"TRANS_AND_SAVINGS_ACCOUNTS", "RESIDENTIAL_MORTGAGES"}
    assert [row for row in rows if row[2] != row[3]] == []
    assert len(rows) > 10
