"""The people of the fixtures: each matches its description, and the amounts add up as an app would add them."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import msgspec
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.identifiers import is_abn
from fiskil_harness.core.model import Consent, Person, Transaction
from fiskil_harness.core.net.server import Loop
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.categories import taxonomy
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.bank.products import product_like
from fiskil_harness.sandbox.bank.rows_from_seed import EAST_COAST
from tests.sandbox.energy.households import RETAILER, every_row
from tests.sandbox.still import NOON, Still

SEEDS = range(5)
PEOPLE = catalog.people()
WELCOME = {
    name: person for name, person in PEOPLE.items() if person.outcome == "eligible" and person.optional_fields == "usual"
}
OTHERS = {person.accounts: name for name, person in reversed(WELCOME.items()) if not person.withholds}
BANKED = [name for accounts, name in OTHERS.items() if any(spec.is_offered for spec in accounts)]
POWERED = list({person.energy: name for name, person in reversed(WELCOME.items()) if person.energy}.values())
OWN_TRANSFERS = {
    "TRANSFER_IN_SAVINGS",
    "TRANSFER_IN_ACCOUNT_TRANSFER",
    "TRANSFER_OUT_SAVINGS",
    "TRANSFER_OUT_ACCOUNT_TRANSFER",
}
FIELDS = {"usage": "usage", "demand": "demand", "onceOff": "once_off", "otherCharges": "other_charges"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session", params=SEEDS)
def seeded(request: pytest.FixtureRequest, loop: Loop) -> Iterator[Still]:
    """Yield a served sandbox for each seed."""
    served = Still(loop, seed=request.param)
    yield served
    served.close()
    assert [crash.trace for crash in served.sandbox.crashes] == []


def banked(still: Still, name: str) -> Consent:
    """Return the consent of a person at the bank, with every dataset synced."""
    consent = still.sandbox.authorise(still.enrol(name))
    for dataset in ("accounts", "balances", "transactions"):
        still.sandbox.begin_sync(consent, dataset)
    still.sandbox.clock.advance(minutes=2)
    return consent


def listed(api: httpx.Client, dataset: str, consent: Consent) -> list[dict[str, Any]]:
    """Return every row of a banking dataset, page by page."""
    served: list[dict[str, Any]] = []
    url: str | None = f"/v1/banking/{dataset}?end_user_id={consent.end_user_id}&page[size]=1000"
    while url is not None:
        body = api.get(url).json()
        served += body[dataset]
        url = body["links"].get("next")
    return served


def total(rows: list[dict[str, Any]], status: str = "POSTED") -> Decimal:
    return sum((Decimal(row["amount"]) for row in rows if row["status"] == status), Decimal(0))


def ledger_of(person: Person, seed: int, *, owner: str = "eu_1") -> Ledger:
    return Ledger(
        person,
        owner=owner,
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=Mint(seed=seed, salt="salt"),
        until=NOON.date(),
    )


@pytest.mark.parametrize("name", BANKED)
def test_served_balances_are_the_sum_of_the_rows(seeded: Still, name: str) -> None:
    """Over HTTP, a balance is the opening amount and POSTED rows; available adds PENDING rows and the limit.

    Source: data.balances-add-up
    """
    api, consent = seeded.client(), banked(seeded, name)
    specs = {spec.name: spec for spec in PEOPLE[name].accounts}
    accounts = {row["account_id"]: specs[row["display_name"]] for row in listed(api, "accounts", consent)}
    rows = listed(api, "transactions", consent)
    balances = {row["account_id"]: row for row in listed(api, "balances", consent)}

    expected = {}
    for account_id, spec in accounts.items():
        moved = [row for row in rows if row["account_id"] == account_id]
        current = Decimal(spec.opening) + total(moved)
        free = current + total(moved, "PENDING") + Decimal(spec.credit_limit or 0)
        expected[account_id] = (current, Decimal(0) if spec.category == "RESIDENTIAL_MORTGAGES" else free)

    assert expected == {
        account_id: (Decimal(row["current_balance"]), Decimal(row["available_balance"]))
        for account_id, row in balances.items()
    }
    assert expected


@pytest.mark.parametrize("name", BANKED)
def test_income_is_the_sum_of_its_sources(seeded: Still, name: str) -> None:
    """Over HTTP, sources, their rows and the summary of every income category agree.

    Source: income.posted, income.categories
    """
    api, consent = seeded.client(), banked(seeded, name)
    categories = [text for text, primary in taxonomy().items() if primary == "INCOME"]
    params = {"end_user_id": consent.end_user_id, "from": "2024-01-01", "to": "2030-01-01", "categories": categories}
    income = api.get("/v1/banking/income", params=params).json()

    posted_income = [
        row
        for row in listed(api, "transactions", consent)
        if row["status"] == "POSTED"
        and row["category"]["secondary_category"] in categories
        and not row["amount"].startswith("-")
    ]

    sums = [Decimal(row["income_total"]) for row in income["income_sources"]]
    assert sums == [total(row["transactions"]) for row in income["income_sources"]]
    assert sum(sums, Decimal(0)) == total(posted_income)
    assert sum((Decimal(row["income_total"]) for row in income["income_summary"]["total"]), Decimal(0)) == total(
        posted_income
    )
    assert income["income_summary"]["total_transactions"] == len(posted_income)


@pytest.mark.parametrize("name", POWERED)
def test_bills_are_usage_times_price(seeded: Still, name: str) -> None:
    """Each charge is metered usage times price, and the bill is their sum. Source: energy.adds-up"""
    consent = seeded.sandbox.authorise(seeded.enrol(name), institution_id=RETAILER)
    for dataset in ("energy_accounts", "usage", "invoices", "billing"):
        seeded.sandbox.begin_sync(consent, dataset)
    seeded.sandbox.clock.advance(minutes=2)
    api = seeded.client()
    reads, charges = every_row(api, "usage", consent), every_row(api, "billing", consent)
    invoices = every_row(api, "invoice", consent)
    prices = {row["account_id"]: prices_of(row) for row in every_row(api, "accounts", consent)}

    for invoice in invoices:
        invoice_charges = [charge for charge in charges if own(charge).get("invoice_number") == invoice["invoice_number"]]
        assert Decimal(invoice["invoice_amount"]) == sum(
            Decimal(own(row)["amount"]) + Decimal(row["gst"]) for row in invoice_charges
        )
        usage_charges = [row["usage"] for row in invoice_charges if row["transaction_u_type"] == "usage"]
        assert [Decimal(row["amount"]) for row in usage_charges] == [
            cents(Decimal(str(row["usage"])) * prices[invoice["account_id"]][row["time_of_use_type"]])
            for row in usage_charges
        ]
        assert (
            sum((Decimal(str(row["usage"])) for row in usage_charges), Decimal(0)) == read_in(reads, invoice)
            or "gas" in invoice
        )
    assert invoices


def own(row: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = row.get(FIELDS.get(row["transaction_u_type"], ""), {})
    return fields


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("seed", SEEDS)
def test_transfers_between_own_accounts_arrive(seed: int) -> None:
    """A transfer from one account of a person or couple arrives in another on the same day."""
    for household in households():
        rows: dict[tuple[str, str], list[Transaction]] = {}
        for person in household:
            ledger = ledger_of(person, seed)
            for spec in person.accounts:
                account_id = ledger.accounts[spec.key].account_id
                rows[person.holder_of(spec), spec.key] = [
                    row for row in ledger.transactions.values() if row.account_id == account_id
                ]
        moved = [
            row
            for account_rows in rows.values()
            for row in account_rows
            if (row.category or {}).get("secondary_category") in OWN_TRANSFERS
        ]
        assert {row.status for row in moved} <= {"POSTED"}
        sent = sorted((day_of(row), -Decimal(row.amount)) for row in moved if row.amount.startswith("-"))
        arrived = sorted((day_of(row), Decimal(row.amount)) for row in moved if not row.amount.startswith("-"))
        assert sent == arrived


def households() -> list[list[Person]]:
    """Return everyone with accounts, couples together."""
    joint = {spec.joint_with for person in PEOPLE.values() for spec in person.accounts if spec.joint_with}
    couples = {
        frozenset((person.name, spec.joint_with))
        for person in PEOPLE.values()
        for spec in person.accounts
        if spec.joint_with
    }
    return [
        *([person] for person in PEOPLE.values() if person.name not in joint and person.accounts),
        *([PEOPLE[name] for name in sorted(couple)] for couple in couples),
    ]


def day_of(row: Transaction) -> str:
    """Return the day of a row on the east coast, where the bank's day begins."""
    return datetime.fromisoformat(row.posting_date_time or "").astimezone(EAST_COAST).date().isoformat()


@pytest.mark.parametrize("seed", SEEDS)
def test_both_holders_see_the_same_joint_account(seed: int) -> None:
    """Rows, balance, BSB and number are equal; ids differ, because each holder is a different end user."""
    hers, his = (ledger_of(PEOPLE[name], seed, owner=f"eu_{name}") for name in ("hana", "joel"))

    for key in ("household", "loan"):
        rows_by_holder = [
            [
                (row.posting_date_time, row.amount, row.description)
                for row in ledger.statement_newest_first()
                if row.account_id == ledger.accounts[key].account_id
            ]
            for ledger in (hers, his)
        ]
        assert rows_by_holder[0] == rows_by_holder[1]
        assert len(rows_by_holder[0]) >= 10
        assert hers.balance(key).current_balance == his.balance(key).current_balance
        assert hers.accounts[key].bsb == his.accounts[key].bsb
        assert hers.accounts[key].account_number == his.accounts[key].account_number
        assert hers.accounts[key].masked_number == his.accounts[key].masked_number
        assert hers.accounts[key].account_id != his.accounts[key].account_id


def prices_of(account: dict[str, Any]) -> dict[str, Decimal]:
    """Return the price of a kilowatt-hour by the time of use of charges; a credit is negative."""
    detail = account["plans"][0]["plan_detail"]
    contract = detail.get("electricity_contract") or detail["gas_contract"]
    tariff = contract["tariff_period"][0]
    blocks = tariff.get("timeOfUseRates") or [{"type": "ALL_DAY", "rates": tariff["singleRate"]["rates"]}]
    prices = {block["type"]: Decimal(block["rates"][0]["unit_price"]) for block in blocks}
    for block in contract.get("controlled_load", []):
        prices["CONTROLLED_LOAD"] = Decimal(block["singleRate"]["rates"][0]["unit_price"])
    for block in contract.get("solar_feed_in_tariff", []):
        prices["SOLAR"] = -Decimal(block["single_tariff"]["rates"][0]["unit_price"])
    return prices


def read_in(reads: list[dict[str, Any]], invoice: dict[str, Any]) -> Decimal:
    """Return the energy that the registers of the invoice's service points counted in its period."""
    period = invoice["period"]
    counted = [
        read
        for read in reads
        if read["service_point_id"] in invoice["service_points"]
        and period["start_date"] <= read["read_start_date"] <= period["end_date"]
    ]
    values = [
        (row.get("interval_read") or {}).get("aggregate_value", (row.get("basic_read") or {}).get("value"))
        for row in counted
    ]
    return sum((Decimal(str(value)) for value in values), Decimal(0))


def test_each_persona_matches_its_description() -> None:
    """The unusual property of each person in the fixtures exists."""
    assert len([person for person in PEOPLE.values() if person.accounts and not person.why.startswith("nothing")]) >= 12
    assert PEOPLE["arjun"].history_days == 21
    assert len(ledger_of(PEOPLE["milo"], 1).transactions) >= 2_500
    assert Decimal(ledger_of(PEOPLE["sam"], 1).balance("student").current_balance) < 0
    assert {spec.category for spec in PEOPLE["walter"].accounts} == {"TRANS_AND_SAVINGS_ACCOUNTS", "TERM_DEPOSITS"}
    assert [spec.open_status for spec in PEOPLE["vera"].accounts] == ["OPEN", "CLOSED", "CLOSED"]
    assert PEOPLE["noel"].accounts == ()
    assert PEOPLE["noel"].energy
    incomes = {
        move.merchant for spec in PEOPLE["zara"].accounts for move in spec.moves if move.category.startswith("INCOME")
    }
    assert len(incomes) == 5


@pytest.mark.parametrize("name", PEOPLE)
def test_accounts_are_of_products_that_the_bank_sells(name: str) -> None:
    """Rates, fees and features come from the product of that name, not from another of its category."""
    bank = catalog.institutions()["88888"]

    for spec in PEOPLE[name].accounts:
        product = product_like(bank, spec.product, spec.category)
        assert product is not None
        assert product.product_category == spec.category
        assert product.name == spec.product or PEOPLE[name].name == "ben"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_closed_account_is_listed_without_new_rows(seed: int, loop: Loop) -> None:
    """A closed account is listed as CLOSED with its old rows, and gets no new row as days pass."""
    still = Still(loop, seed=seed)
    api, consent = still.client(), banked(still, "vera")
    closed = {row["account_id"] for row in listed(api, "accounts", consent) if row["open_status"] == "CLOSED"}
    before = [row["fiskil_id"] for row in listed(api, "transactions", consent) if row["account_id"] in closed]

    still.sandbox.clock.advance(days=60)
    still.sandbox.sync(consent, "transactions")
    still.sandbox.sync(consent, "balances")

    api = still.client()
    assert [row["fiskil_id"] for row in listed(api, "transactions", consent) if row["account_id"] in closed] == before
    assert {row["current_balance"] for row in listed(api, "balances", consent) if row["account_id"] in closed} == {"0.00"}
    assert (len(closed), len(before)) == (2, 1)
    still.close()


def test_a_new_account_reports_its_opening_date(still: Still, api: httpx.Client) -> None:
    """The accounts of the new migrant begin where the history begins. Source: accounts.details"""
    consent = still.consent("arjun")

    opened = {row["display_name"]: row["creation_date"] for row in listed(api, "accounts", consent)}

    assert opened == {"Everyday Account": "2026-02-09", "First Savings": "2026-02-16"}
    assert min(row.get("posting_date_time", "9") for row in listed(api, "transactions", consent)) >= "2026-02-08T14"


def test_a_person_who_moved_has_two_contracts(still: Still, api: httpx.Client) -> None:
    """The old contract is closed and paid, the new one begins the day after, and no day is read twice."""
    consent = still.sandbox.authorise(still.enrol("nina"), institution_id=RETAILER)
    still.sandbox.clock.advance(minutes=2)

    accounts = {row["display_name"]: row for row in every_row(api, "accounts", consent)}
    old, new = accounts["Unit in Marrickville"], accounts["Terrace in Newtown"]
    balances = {row["account_id"]: row["balance"] for row in every_row(api, "balances", consent)}
    days = {
        row["display_name"]: sorted(
            read["read_start_date"]
            for read in every_row(api, "usage", consent)
            if read["service_point_id"] in row["plans"][0]["service_point_ids"]
        )
        for row in (old, new)
    }

    assert (old["open_status"], new["open_status"]) == ("CLOSED", "OPEN")
    assert old["plans"][0]["plan_overview"]["end_date"] == days["Unit in Marrickville"][-1] == "2025-11-30"
    assert days["Terrace in Newtown"][0] == "2025-12-01"
    assert balances[old["account_id"]] == "0.00"
    assert {
        row["payment_status"] for row in every_row(api, "invoice", consent) if row["account_id"] == old["account_id"]
    } == {"PAID"}


def test_a_representative_has_the_identity_of_the_business(still: Still, api: httpx.Client) -> None:
    """The identity has the names, numbers and role of the file. Source: identity.unions"""
    consent = still.everything("ruth")

    (identity,) = api.get("/v1/common/identity", params={"end_user_id": consent.end_user_id}).json()["identities"]
    business = identity["customer"]["organisation"]

    assert identity["customer"]["customer_u_type"] == "organisation"
    assert (business["legal_name"], business["agent_first_name"], business["agent_role"]) == (
        "Castellano Joinery Pty Ltd",
        "Ruth",
        "Nominated representative",
    )
    assert is_abn(business["abn"])
    assert business["abn"].endswith(business["acn"])


def test_a_partnership_has_no_company_number(still: Still, api: httpx.Client) -> None:
    """Only a company has one; otherwise the field is absent, not null. Source: data.absent-fields"""
    consent = still.everything(msgspec.structs.replace(catalog.person("otto"), outcome="eligible"))

    (identity,) = api.get("/v1/common/identity", params={"end_user_id": consent.end_user_id}).json()["identities"]

    assert "acn" not in identity["customer"]["organisation"]
    assert re.fullmatch(r"\d{11}", identity["customer"]["organisation"]["abn"])


def test_term_deposits_have_their_maturity_dates(still: Still, api: httpx.Client) -> None:
    """One deposit matures within the month, one in years. Source: accounts.details"""
    deposits = {row["display_name"]: row.get("term_deposit") for row in listed(api, "accounts", still.consent("walter"))}

    assert deposits["Six Month Deposit"]["maturity_date"] == "2026-03-14"
    assert deposits["Five Year Deposit"]["maturity_date"] == "2029-04-01"


def test_joint_accounts_are_reported_as_such(still: Still, api: httpx.Client) -> None:
    """TWO_PARTY accounts are listed beside ONE_PARTY accounts. Source: accounts.details"""
    ownership = {row["display_name"]: row["account_ownership"] for row in listed(api, "accounts", still.consent("joel"))}

    assert ownership == {
        "Joel's Account": "ONE_PARTY",
        "Joel's Card": "ONE_PARTY",
        "Household": "TWO_PARTY",
        "Home Loan": "TWO_PARTY",
    }
