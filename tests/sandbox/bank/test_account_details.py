"""What an account's kind adds, and that it agrees with balances and history."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from fiskil_harness.core.model import Consent, Person
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.sandbox.consents.people import generated_person
from tests.sandbox.still import NOON, Still

MEMBERS = {"creditCard": "credit_card", "loan": "loan", "termDeposit": "term_deposit"}
SAVER = Person(
    name="saver",
    given_name="Ada",
    family_name="Stone",
    email="ada.stone@example.com",
    phone="+61491570156",
    why="has what nobody else has",
    accounts=(
        AccountSpec(key="deposit", name="Deposit", category="TERM_DEPOSITS", product="Term Deposit", opening="25000.00"),
        AccountSpec(key="boat", name="Boat", category="PERS_LOANS", product="Boat Loan", opening="-9000.00"),
        AccountSpec(key="travel", name="Travel", category="TRAVEL_CARDS", product="Globe Card", opening="0.00"),
        AccountSpec(key="other", name="Other", product="Of an earlier time", opening="5.00"),
    ),
)


def rows(api: httpx.Client, dataset: str, consent: Consent) -> list[dict[str, Any]]:
    asked = {"end_user_id": consent.end_user_id, "page[size]": "1000"}
    found: list[dict[str, Any]] = api.get(f"/v1/banking/{dataset}", params=asked).json()[dataset]
    return found


def borrowers(still: Still) -> list[Consent]:
    """Consents of those among made-up people who have both a card and a loan."""
    people = [generated_person(seed=number, number=number) for number in range(40)]
    return [still.everything(person) for person in people if len(person.accounts) == 4]


def by_kind(api: httpx.Client, consent: Consent) -> dict[str, dict[str, Any]]:
    """Accounts by the member of the union that they have; each has the one that it names."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows(api, "accounts", consent):
        there = [name for name in MEMBERS.values() if name in row]
        assert there == ([MEMBERS[row["specific_account_u_type"]]] if "specific_account_u_type" in row else [])
        found[there[0] if there else row["display_name"]] = row
    return found


def test_a_card_tells_what_is_due(still: Still, api: httpx.Client) -> None:
    """All that is owed, and at least a part of it."""
    for consent in borrowers(still):
        card = by_kind(api, consent)["credit_card"]
        balances = {row["account_id"]: row for row in rows(api, "balances", consent)}
        due = card["credit_card"]
        owed = max(Decimal(0), -Decimal(balances[card["account_id"]]["current_balance"]))

        assert Decimal(due["payment_due_amount"]) == owed
        assert Decimal(0) <= Decimal(due["min_payment_amount"]) <= owed
        assert due["payment_due_date"] > NOON.date().isoformat()
        assert card["lending_rate"] == "0.1349"
        assert "deposit_rate" not in card


def test_a_loan_is_paid_as_the_history_says(still: Still, api: httpx.Client) -> None:
    """Instalments are what arrives, and the next one follows the last; the everyday account is its offset."""
    for consent in borrowers(still):
        accounts = by_kind(api, consent)
        loan, everyday = accounts["loan"], accounts["Everyday Account"]
        told = loan["loan"]
        moved = [row for row in rows(api, "transactions", consent) if row["account_id"] == loan["account_id"]]
        arrived = [row for row in moved if not row["amount"].startswith("-")]

        assert {Decimal(row["amount"]) for row in arrived} == {Decimal(told["min_instalment_amount"])}
        assert told["next_instalment_date"] > arrived[0]["posting_date_time"][:10]
        assert told["offset_account_ids"] == [everyday["account_id"]]
        assert told["original_start_date"] == loan["creation_date"] < told["loan_end_date"]
        assert Decimal(told["original_loan_amount"]) > 0


def test_a_deposit_matures(still: Still, api: httpx.Client) -> None:
    """It holds what was lodged and ends a year later."""
    accounts = by_kind(api, still.everything(SAVER))
    told = accounts["term_deposit"]["term_deposit"]

    assert told["maturity_amount"] == "25000.00"
    assert told["lodgement_date"] < NOON.date().isoformat() < told["maturity_date"]


def test_a_product_of_another_name_is_one_of_the_kind(still: Still, api: httpx.Client) -> None:
    """Its rates are those of the first of the category; where the bank sells none of it, there are none."""
    accounts = by_kind(api, still.everything(SAVER))

    assert accounts["Other"]["deposit_rate"] == "0.0000"
    assert not {"fees", "features", "lending_rate"} & set(accounts["Travel"])
    assert accounts["loan"]["loan"]["min_instalment_amount"] == "0.00"


@pytest.mark.parametrize("name", ["rosa", "ben", "priya"])
def test_plain_accounts_have_no_kind(still: Still, api: httpx.Client, name: str) -> None:
    """A transaction account names no union."""
    found = rows(api, "accounts", still.consent(name))

    assert "specific_account_u_type" not in found[0]
    assert found[0]["addresses"][0]["purpose"] == "REGISTERED"
