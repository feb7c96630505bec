"""The people of the fixtures: what each is for is true, and their money adds up as an app would add it."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import msgspec
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent, Person, Transaction
from fiskil_harness.core.net.server import Loop
from fiskil_harness.core.personas import is_abn
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.categories import taxonomy
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.bank.products import product_like
from fiskil_harness.sandbox.bank.rows_from_seed import EAST_COAST
from tests.sandbox.energy.households import RETAILER, every_row
from tests.sandbox.still import NOON, Still

SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(1, 5))]
PEOPLE = catalog.people()
WELCOME = {name: person for name, person in PEOPLE.items() if person.outcome == "eligible"}
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
    """A served sandbox for each seed."""
    served = Still(loop, seed=request.param)
    yield served
    served.close()
    assert [crash.trace for crash in served.sandbox.crashes] == []


def banked(still: Still, name: str) -> Consent:
    """The consent of a person at the bank, with every dataset ready."""
    consent = still.sandbox.authorise(*still.enrol(name))
    for dataset in ("accounts", "balances", "transactions"):
        still.sandbox.begin_sync(consent, dataset)
    still.sandbox.clock.advance(minutes=2)
    return consent


def listed(api: httpx.Client, dataset: str, consent: Consent) -> list[dict[str, Any]]:
    """Every row of a dataset of the bank, page by page."""
    found: list[dict[str, Any]] = []
    url: str | None = f"/v1/banking/{dataset}?end_user_id={consent.end_user_id}&page[size]=1000"
    while url is not None:
        body = api.get(url).json()
        found += body[dataset]
        url = body["links"].get("next")
    return found


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
def test_balances_are_the_sum_of_what_moved(seeded: Still, name: str) -> None:
    """Opening and POSTED rows, pending rows and the limit, over HTTP. Source: data.balances-add-up"""
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
        balance: (Decimal(told["current_balance"]), Decimal(told["available_balance"])) for balance, told in balances.items()
    }
    assert expected


@pytest.mark.parametrize("name", BANKED)
def test_income_is_the_sum_of_its_sources(seeded: Still, name: str) -> None:
    """Every category of income, over HTTP: sources, their rows, and the summary. Source: income.posted, income.categories"""
    api, consent = seeded.client(), banked(seeded, name)
    wanted = [text for text, primary in taxonomy().items() if primary == "INCOME"]
    asked = {"end_user_id": consent.end_user_id, "from": "2024-01-01", "to": "2030-01-01", "categories": wanted}
    told = api.get("/v1/banking/income", params=asked).json()

    came = [
        row
        for row in listed(api, "transactions", consent)
        if row["status"] == "POSTED"
        and row["category"]["secondary_category"] in wanted
        and not row["amount"].startswith("-")
    ]

    sums = [Decimal(value["income_total"]) for value in told["income_sources"]]
    assert sums == [total(value["transactions"]) for value in told["income_sources"]]
    assert sum(sums, Decimal(0)) == total(came)
    assert sum((Decimal(value["income_total"]) for value in told["income_summary"]["total"]), Decimal(0)) == total(came)
    assert told["income_summary"]["total_transactions"] == len(came)


@pytest.mark.parametrize("name", POWERED)
def test_bills_are_use_times_price(seeded: Still, name: str) -> None:
    """What meters read is charged, each charge is use times price, and their sum is the bill. Source: energy.adds-up"""
    consent = seeded.sandbox.authorise(*seeded.enrol(name), institution_id=RETAILER)
    for dataset in ("energy_accounts", "usage", "invoices", "billing"):
        seeded.sandbox.begin_sync(consent, dataset)
    seeded.sandbox.clock.advance(minutes=2)
    api = seeded.client()
    reads, charges = every_row(api, "usage", consent), every_row(api, "billing", consent)
    invoices = every_row(api, "invoice", consent)
    prices = {row["account_id"]: prices_of(row) for row in every_row(api, "accounts", consent)}

    for invoice in invoices:
        mine = [charge for charge in charges if own(charge).get("invoice_number") == invoice["invoice_number"]]
        assert Decimal(invoice["invoice_amount"]) == sum(Decimal(own(row)["amount"]) + Decimal(row["gst"]) for row in mine)
        used = [row["usage"] for row in mine if row["transaction_u_type"] == "usage"]
        assert [Decimal(value["amount"]) for value in used] == [
            cents(Decimal(str(value["usage"])) * prices[invoice["account_id"]][value["time_of_use_type"]]) for value in used
        ]
        assert (
            sum((Decimal(str(value["usage"])) for value in used), Decimal(0)) == read_in(reads, invoice) or "gas" in invoice
        )
    assert invoices


def own(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = row.get(FIELDS.get(row["transaction_u_type"], ""), {})
    return found


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("seed", SEEDS)
def test_transfers_between_own_accounts_meet(seed: int) -> None:
    """What leaves an account of a person, or of a couple, for another arrives there on the same day."""
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
            row for found in rows.values() for row in found if (row.category or {})["secondary_category"] in OWN_TRANSFERS
        ]
        assert {row.status for row in moved} <= {"POSTED"}
        left = sorted((day_of(row), -Decimal(row.amount)) for row in moved if row.amount.startswith("-"))
        arrived = sorted((day_of(row), Decimal(row.amount)) for row in moved if not row.amount.startswith("-"))
        assert left == arrived


def households() -> list[list[Person]]:
    """Everybody with accounts, couples together."""
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
    """The day of a row on the east coast, where the bank's day begins."""
    return datetime.fromisoformat(row.posting_date_time or "").astimezone(EAST_COAST).date().isoformat()


@pytest.mark.parametrize("seed", SEEDS)
def test_both_holders_see_the_same_joint_account(seed: int) -> None:
    """Same rows, balance, BSB and number; ids differ, because each is seen through an end user of their own."""
    hers, his = (ledger_of(PEOPLE[name], seed, owner=f"eu_{name}") for name in ("hana", "joel"))

    for key in ("household", "loan"):
        seen = [
            [
                (row.posting_date_time, row.amount, row.description)
                for row in ledger.newest_first()
                if row.account_id == ledger.accounts[key].account_id
            ]
            for ledger in (hers, his)
        ]
        assert seen[0] == seen[1]
        assert len(seen[0]) >= 10
        assert hers.balance(key).current_balance == his.balance(key).current_balance
        assert hers.accounts[key].bsb == his.accounts[key].bsb
        assert hers.accounts[key].account_number == his.accounts[key].account_number
        assert hers.accounts[key].masked_number == his.accounts[key].masked_number
        assert hers.accounts[key].account_id != his.accounts[key].account_id


def prices_of(account: dict[str, Any]) -> dict[str, Decimal]:
    """The price of a kilowatt-hour by the time of use that charges name; a credit is negative."""
    detail = account["plans"][0]["plan_detail"]
    contract = detail.get("electricity_contract") or detail["gas_contract"]
    tariff = contract["tariff_period"][0]
    blocks = tariff.get("timeOfUseRates") or [{"type": "ALL_DAY", "rates": tariff["singleRate"]["rates"]}]
    found = {block["type"]: Decimal(block["rates"][0]["unit_price"]) for block in blocks}
    for block in contract.get("controlled_load", []):
        found["CONTROLLED_LOAD"] = Decimal(block["singleRate"]["rates"][0]["unit_price"])
    for block in contract.get("solar_feed_in_tariff", []):
        found["SOLAR"] = -Decimal(block["single_tariff"]["rates"][0]["unit_price"])
    return found


def read_in(reads: list[dict[str, Any]], invoice: dict[str, Any]) -> Decimal:
    """What every register of the invoice's service points counted in its period."""
    period = invoice["period"]
    found = [
        read
        for read in reads
        if read["service_point_id"] in invoice["service_points"]
        and period["start_date"] <= read["read_start_date"] <= period["end_date"]
    ]
    values = [
        (row.get("interval_read") or {}).get("aggregate_value", (row.get("basic_read") or {}).get("value")) for row in found
    ]
    return sum((Decimal(str(value)) for value in values), Decimal(0))


def test_each_persona_is_what_it_says() -> None:
    """The reasons in the files are true of the people: what is rare about each is there to be met."""
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
    """Rates, fees and features come from the product called so, not from another of its category."""
    bank = catalog.institutions()["88888"]

    for spec in PEOPLE[name].accounts:
        product = product_like(bank, spec.product, spec.category)
        assert product is not None
        assert product.product_category == spec.category
        assert product.name == spec.product or PEOPLE[name].name == "ben"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_closed_account_is_told_and_moves_no_more(seed: int, loop: Loop) -> None:
    """CLOSED, holding nothing, with its old rows, and no new one however many days pass."""
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


def test_an_account_opened_lately_is_told_so(still: Still, api: httpx.Client) -> None:
    """The new migrant's accounts begin where the history does. Source: accounts.details"""
    consent = still.consent("arjun")

    opened = {row["display_name"]: row["creation_date"] for row in listed(api, "accounts", consent)}

    assert opened == {"Everyday Account": "2026-02-09", "First Savings": "2026-02-16"}
    assert min(row.get("posting_date_time", "9") for row in listed(api, "transactions", consent)) >= "2026-02-08T14"


def test_who_moved_house_has_two_contracts(still: Still, api: httpx.Client) -> None:
    """The old one is closed and paid to its end, the new one begins the day after; no day is read twice."""
    consent = still.sandbox.authorise(*still.enrol("nina"), institution_id=RETAILER)
    still.sandbox.clock.advance(minutes=2)

    shown = {row["display_name"]: row for row in every_row(api, "accounts", consent)}
    old, new = shown["Unit in Marrickville"], shown["Terrace in Newtown"]
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


def test_a_representative_comes_as_the_business(still: Still, api: httpx.Client) -> None:
    """Names, numbers and role of the file; whoever is not nominated is not let in. Source: identity.unions"""
    consent = still.everything("ruth")

    (found,) = api.get("/v1/common/identity", params={"end_user_id": consent.end_user_id}).json()["identities"]
    business = found["customer"]["organisation"]

    assert found["customer"]["customer_u_type"] == "organisation"
    assert (business["legal_name"], business["agent_first_name"], business["agent_role"]) == (
        "Castellano Joinery Pty Ltd",
        "Ruth",
        "Nominated representative",
    )
    assert is_abn(business["abn"])
    assert business["abn"].endswith(business["acn"])


def test_a_partnership_has_no_company_number(still: Still, api: httpx.Client) -> None:
    """Nobody but a company has one, and it is absent, not null. Source: data.absent-fields"""
    consent = still.everything(msgspec.structs.replace(catalog.person("otto"), outcome="eligible"))

    (found,) = api.get("/v1/common/identity", params={"end_user_id": consent.end_user_id}).json()["identities"]

    assert "acn" not in found["customer"]["organisation"]
    assert re.fullmatch(r"\d{11}", found["customer"]["organisation"]["abn"])


def test_term_deposits_end_when_they_say(still: Still, api: httpx.Client) -> None:
    """One within the month, one in years. Source: accounts.details"""
    told = {row["display_name"]: row.get("term_deposit") for row in listed(api, "accounts", still.consent("walter"))}

    assert told["Six Month Deposit"]["maturity_date"] == "2026-03-14"
    assert told["Five Year Deposit"]["maturity_date"] == "2029-04-01"


def test_joint_accounts_are_told_as_such(still: Still, api: httpx.Client) -> None:
    """TWO_PARTY beside ONE_PARTY. Source: accounts.details"""
    told = {row["display_name"]: row["account_ownership"] for row in listed(api, "accounts", still.consent("joel"))}

    assert told == {
        "Joel's Account": "ONE_PARTY",
        "Joel's Card": "ONE_PARTY",
        "Household": "TWO_PARTY",
        "Home Loan": "TWO_PARTY",
    }
