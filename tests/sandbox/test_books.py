"""The books of a person's bank and retailer agree: each payment of an energy bill leaves an account of that person."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.sandbox.bank.business_days import business_day_from
from fiskil_harness.sandbox.bank.days import EAST_COAST
from tests.sandbox.energy.households import RETAILER
from tests.sandbox.everyone import NOON, SEEDS, Data, data_of, people
from tests.sandbox.still import Still

RETAILER_NAME = "Energy Sandbox Data Holder"
FEW_FIELDS = {"required_fields", "required_parts"}
PLANS = next(retailer for retailer in catalog.institutions().values() if retailer.name == RETAILER_NAME).plans
DATASETS = ("accounts", "balances", "transactions", "payees", "invoices", "billing", "payment_schedule", "service_points")
STARTS = [*((seed, 0) for seed in SEEDS), (SEEDS[0], 45), (SEEDS[0], 200)]
Row = dict[str, Any]
Paid = tuple[str, Decimal]


def day_of(row: Row) -> str:
    """Return the east coast day of a bank row."""
    return datetime.fromisoformat(row["posting_date_time"]).astimezone(EAST_COAST).date().isoformat()


def at_the_bank(data: Data) -> Counter[Paid]:
    """Return day and amount of each row by which the retailer was paid."""
    rows = [row for row in data["transactions"] if "ENERGY SANDBOX DATA HOLDER" in row["description"]]
    return Counter((day_of(row), -Decimal(row["amount"])) for row in rows)


def at_the_retailer(data: Data, *, since: str) -> Counter[Paid]:
    """Return day and amount of each payment from the day *since* on."""
    rows = [row for row in data["billing"] if row["transaction_u_type"] == "payment"]
    paid = [(row["execution_date_time"][:10], Decimal(row["payment"]["amount"])) for row in rows]
    return Counter((day, amount) for day, amount in paid if day >= since)


@cache
def households(seed: int, days_later: int = 0) -> dict[str, tuple[Data, str]]:
    """Return the data of everyone with a bank account and energy, and the first day of their bank's history."""
    at = NOON + timedelta(days=days_later)
    return {
        person.name: (
            data_of(person, seed=seed, at=at, datasets=DATASETS),
            (at.date() - timedelta(days=person.history_days)).isoformat(),
        )
        for person in people(seed)
        if person.energy and any(spec.is_offered for spec in person.accounts) and person.name not in FEW_FIELDS
    }


@pytest.mark.parametrize(("seed", "days_later"), STARTS)
def test_each_payment_of_a_bill_is_one_row_at_the_bank(seed: int, days_later: int) -> None:
    """Day and amount agree for everyone, and the bank has no other payment to the retailer."""
    books = {
        name: (at_the_bank(data), at_the_retailer(data, since=since))
        for name, (data, since) in households(seed, days_later).items()
    }

    assert {name: bank - retailer for name, (bank, retailer) in books.items() if bank != retailer} == {}
    assert {name for name, (bank, _) in books.items() if bank} >= {"rosa", "edna", "greta", "priya", "colin", "nina"}


@pytest.mark.parametrize("payment", ["directDebit", "manualPayment"])
def test_the_retailer_refunds_each_bill_below_zero(payment: str) -> None:
    """Large panels earn more than the household uses; both halves of such bills are rows, also two on the same day."""
    person = catalog.person("every_field")
    solar = next(spec for spec in person.energy if spec.key == "solar")
    energy = (msgspec.structs.replace(solar, payment=payment, solar_kw="12.0", daily_kwh="4.0", months=14),)
    person = msgspec.structs.replace(person, history_days=400, energy=energy, optional_fields="usual")

    data = data_of(person, seed=SEEDS[0], at=NOON, datasets=DATASETS)

    bank = at_the_bank(data)
    assert bank == at_the_retailer(data, since=(NOON.date() - timedelta(days=400)).isoformat())
    refunds = Counter(day for day, amount in bank.elements() if amount < 0)
    assert max(refunds.values()) == (2 if payment == "manualPayment" else 1)
    ids = [row["fiskil_id"] for row in data["transactions"]]
    assert len(set(ids)) == len(ids)
    moved = Counter[str]()
    for row in data["transactions"]:
        moved[row["account_id"]] += int(Decimal(row["amount"]) * 100) if row["status"] == "POSTED" else 0
    spec = next(spec for spec in person.accounts if spec.key == "everyday")
    account = next(row["account_id"] for row in data["transactions"] if "ENERGY SANDBOX" in row["description"])
    balance = next(row["current_balance"] for row in data["balances"] if row["account_id"] == account)
    assert Decimal(balance) == Decimal(spec.opening) + Decimal(moved[account]) / 100


@pytest.mark.parametrize("seed", SEEDS)
def test_a_paid_invoice_leaves_an_own_account_after_its_issue(seed: int) -> None:
    """An invoice that is paid at once has exactly one row of its amount, between its issue and a week after its due date."""
    invoices = 0
    for name, (data, since) in households(seed).items():
        own = {account["account_id"] for account in data["accounts"] if account["account_ownership"] == "ONE_PARTY"}
        halved = {row["account_id"] for row in data["payment_schedule"] if "manual_payment" in row}
        for invoice in data["invoices"]:
            if invoice["payment_status"] != "PAID" or invoice["due_date"] < since or invoice["account_id"] in halved:
                continue
            until = (date.fromisoformat(invoice["due_date"]) + timedelta(days=7)).isoformat()
            rows = [
                row
                for row in data["transactions"]
                if row["amount"] == f"-{invoice['invoice_amount']}"
                and row["status"] == "POSTED"
                and invoice["issue_date"] <= day_of(row) <= until
            ]
            assert [row["account_id"] in own for row in rows] == [True], (name, invoice["invoice_number"])
            invoices += 1

    assert invoices > 20


@pytest.mark.parametrize("seed", SEEDS)
def test_a_payment_names_the_retailer_as_its_kind_requires(seed: int) -> None:
    """Direct debits have the business's number and a reference, BPAY the biller and reference of a saved payee."""
    kinds: set[str] = set()
    for data, _ in households(seed).values():
        rows = [row for row in data["transactions"] if row.get("merchant_name") == RETAILER_NAME]
        billers = [payee["biller"] for payee in data["payees"] if "biller" in payee]
        for row in rows:
            is_bpay, is_debit = row["description"].endswith("BPAY"), row["type"] == "DIRECT_DEBIT"
            kinds |= {"BPAY"} if is_bpay else {"DEBIT"} if is_debit else {"CARD"}
            assert not is_bpay or {key: row[key] for key in ("biller_code", "biller_name", "crn")} in billers
            assert not is_debit or {"apca_number", "reference"} <= row.keys()

    assert kinds == {"BPAY", "DEBIT", "CARD"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_schedule_debits_the_account_that_pays(seed: int) -> None:
    """The account in the retailer's direct debit is the one at the bank whose rows pay the bills."""
    debits = 0
    for data, _ in households(seed).values():
        payers = {row["account_id"] for row in data["transactions"] if "ENERGY SANDBOX" in row["description"]}
        numbers = {row["masked_number"][-4:] for row in data["accounts"] if row["account_id"] in payers}
        for row in data["payment_schedule"]:
            if "direct_debit" in row and numbers:
                assert row["direct_debit"]["account_number"][-4:] in numbers
                debits += 1

    assert debits > 3


@pytest.mark.parametrize("seed", SEEDS)
def test_no_bill_is_of_a_retailer_of_another_state(seed: int) -> None:
    """A person with energy accounts pays only that retailer, whose plans cover the network of the household."""
    for name, (data, _) in households(seed).items():
        energy = [
            row
            for row in data["transactions"]
            if row.get("category", {}).get("secondary_category") == "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY"
        ]
        networks = {
            participant["party"]
            for point in data["service_points"]
            for participant in point["related_participants"]
            if participant["role"] == "LNSP"
        }
        assert {row["merchant_name"] for row in energy} <= {RETAILER_NAME}, name
        assert all(networks <= set(plan.distributors) for plan in PLANS if plan.fuel_type == "ELECTRICITY")


@pytest.mark.parametrize("name", ["rosa", "edna", "priya"])
def test_the_books_agree_at_every_hour(still: Still, name: str) -> None:
    """A payment appears at the bank and the retailer at the same time, also between midnight and noon."""
    sandbox = still.sandbox
    sandbox.configure(consent_days=365)
    end_user = still.enrol(name)
    bank, retailer = sandbox.authorise(end_user), sandbox.authorise(end_user, institution_id=RETAILER)
    due = date.fromordinal(business_day_from(date(2026, 3, 27).toordinal(), "NSW"))
    sandbox.clock.advance(days=(due - NOON.date()).days - 1)

    appeared = []
    for _ in range(16):
        sandbox.clock.advance(hours=4)
        for consent, dataset in ((bank, "transactions"), (retailer, "billing")):
            sandbox.sync(consent, dataset)
        rows = [row for row in sandbox.rows(bank, "transactions") if "ENERGY SANDBOX" in row.description]
        paid = [row for row in sandbox.rows(retailer, "billing") if row.transaction_u_type == "payment"]
        latest = max(day for row in rows if (day := (row.posting_date_time or "")[:10]))
        appeared.append((latest, max(row.execution_date_time[:10] for row in paid)))

    assert [bank_day for bank_day, _ in appeared] == [retailer_day for _, retailer_day in appeared]
    assert len(set(appeared)) == 2
