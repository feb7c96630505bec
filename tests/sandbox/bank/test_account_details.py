"""The details of each account category, and their agreement with balances and history."""

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
        AccountSpec(key="travel", name="Travel", category="LEASES", product="Globe Card", opening="0.00"),
        AccountSpec(key="other", name="Other", product="Of an earlier time", opening="5.00"),
    ),
)


def rows(api: httpx.Client, dataset: str, consent: Consent) -> list[dict[str, Any]]:
    params = {"end_user_id": consent.end_user_id, "page[size]": "1000"}
    served: list[dict[str, Any]] = api.get(f"/v1/banking/{dataset}", params=params).json()[dataset]
    return served


def borrowers(still: Still) -> list[Consent]:
    """Return consents of generated people who have both a card and a loan."""
    people = [generated_person(seed=number, number=number) for number in range(40)]
    return [still.everything(person) for person in people if len(person.accounts) == 4]


def by_kind(api: httpx.Client, consent: Consent) -> dict[str, dict[str, Any]]:
    """Return accounts by their union member (or name), after a check that each has only the member it names."""
    accounts_by_kind: dict[str, dict[str, Any]] = {}
    for row in rows(api, "accounts", consent):
        members = [name for name in MEMBERS.values() if name in row]
        assert members == ([MEMBERS[row["specific_account_u_type"]]] if "specific_account_u_type" in row else [])
        accounts_by_kind[members[0] if members else row["display_name"]] = row
    return accounts_by_kind


def test_a_card_reports_the_payment_due(still: Still, api: httpx.Client) -> None:
    """The amount due is the whole debt, and the minimum payment is at most that."""
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


def test_loan_details_agree_with_the_history(still: Still, api: httpx.Client) -> None:
    """Instalments equal the transfers received, the next one follows the last, and the everyday account is the offset."""
    for consent in borrowers(still):
        accounts = by_kind(api, consent)
        loan, everyday = accounts["loan"], accounts["Everyday Account"]
        details = loan["loan"]
        moved = [row for row in rows(api, "transactions", consent) if row["account_id"] == loan["account_id"]]
        arrived = [row for row in moved if not row["amount"].startswith("-")]

        assert {Decimal(row["amount"]) for row in arrived} == {Decimal(details["min_instalment_amount"])}
        assert details["next_instalment_date"] > arrived[0]["posting_date_time"][:10]
        assert details["offset_account_ids"] == [everyday["account_id"]]
        assert details["original_start_date"] == loan["creation_date"] < details["loan_end_date"]
        assert Decimal(details["original_loan_amount"]) > 0


def test_a_deposit_matures(still: Still, api: httpx.Client) -> None:
    """A term deposit holds the lodged amount and matures a year later."""
    accounts = by_kind(api, still.everything(SAVER))
    details = accounts["term_deposit"]["term_deposit"]

    assert details["maturity_amount"] == "25000.00"
    assert details["lodgement_date"] < NOON.date().isoformat() < details["maturity_date"]


def test_an_unknown_product_name_gets_the_first_product_of_its_category(still: Still, api: httpx.Client) -> None:
    """The account has the rates of that product; without a product in the category it has none."""
    accounts = by_kind(api, still.everything(SAVER))

    assert accounts["Other"]["deposit_rate"] == "0.0000"
    assert not {"fees", "features", "lending_rate"} & set(accounts["Travel"])
    assert accounts["loan"]["loan"]["min_instalment_amount"] == "0.00"


@pytest.mark.parametrize("name", ["rosa", "ben", "priya"])
def test_transaction_accounts_have_no_union(still: Still, api: httpx.Client, name: str) -> None:
    """A transaction account has no union member."""
    accounts = rows(api, "accounts", still.consent(name))

    assert "specific_account_u_type" not in accounts[0]
    assert accounts[0]["addresses"][0]["purpose"] == "REGISTERED"
