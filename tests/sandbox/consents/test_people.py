"""People at the institution: generated from the seed, plausible for Australia, with amounts that add up."""

import re
from decimal import Decimal

import msgspec
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Person
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.address import address_of
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.consents.people import generated_person
from tests.paths import TEST_DATA
from tests.sandbox.still import NOON, Still

GOLDEN = TEST_DATA / "made_up_people.json"
MADE = [generated_person(seed=seed, number=number) for seed in range(12) for number in range(3)]
EVERYBODY = [*catalog.people().values(), *MADE]
DETAILED = [person for person in EVERYBODY if person.optional_fields in {"usual", "every"}]
PRODUCTS = {"TERM_DEPOSITS", "TRANS_AND_SAVINGS_ACCOUNTS", "CRED_AND_CHRG_CARDS", "RESIDENTIAL_MORTGAGES", "TRAVEL_CARDS"}
TYPES = {
    "DIRECT_DEBIT",
    "FEE",
    "INTEREST_CHARGED",
    "INTEREST_PAID",
    "OTHER",
    "PAYMENT",
    "TRANSFER_INCOMING",
    "TRANSFER_OUTGOING",
}


def ledger_of(person: Person, *, seed: int = 7, owner: str = "eu_1", salt: str = "salt") -> Ledger:
    return Ledger(
        person,
        owner=owner,
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=Mint(seed=seed, salt=salt),
        until=NOON.date(),
    )


def test_generated_people_match_the_golden_file() -> None:
    """A new version of Faker, or a change here, that generates other people fails; then renew the file deliberately."""
    golden = msgspec.json.decode(GOLDEN.read_bytes(), type=list[Person])

    assert [generated_person(seed=seed, number=number) for seed in range(3) for number in range(2)] == golden


@pytest.mark.parametrize("seed", range(4))
def test_the_same_seed_makes_the_same_person(seed: int) -> None:
    """People by number and people by address are the same again."""
    assert generated_person(seed=seed, number=3) == generated_person(seed=seed, number=3)
    assert generated_person(seed=seed, email="a@b.c") == generated_person(seed=seed, email="a@b.c")
    assert generated_person(seed=seed, number=3) != generated_person(seed=seed, number=4)
    assert generated_person(seed=seed, number=3).accounts != generated_person(seed=seed + 1, number=3).accounts


def test_generated_people_differ() -> None:
    """Thirty-six people have at least thirty addresses and several kinds of household."""
    assert len({person.email for person in MADE}) >= 30
    assert {len(person.accounts) for person in MADE} == {2, 3, 4}


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.email)
def test_addresses_and_phones_are_reserved(person: Person) -> None:
    """E-mails are at example.com, and phone numbers are Australian numbers reserved for fiction."""
    assert re.fullmatch(r"[a-z.]+(\.\d+)?@example\.com", person.email)
    assert re.fullmatch(r"\+6149157\d{4}", person.phone)


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.email)
def test_accounts_look_australian(person: Person) -> None:
    """BSB, account numbers and product categories have the forms of the API."""
    for account in ledger_of(person).accounts.values():
        assert re.fullmatch(r"\d{2}[2-7]-\d{3}", account.bsb or "012-000")
        assert (account.bsb is None) is (account.product_category == "CRED_AND_CHRG_CARDS")
        assert re.fullmatch(r"[1-9]\d{8}", account.account_number)
        assert re.fullmatch(r"[1-9]\d{9}", account.account_id)
        assert account.masked_number == "xxxxx" + account.account_number[-4:]
        assert account.product_category in PRODUCTS
        assert re.fullmatch(r"20(0[5-9]|1\d|2[01])-\d\d-\d\d", account.creation_date)


def test_generated_people_use_local_transport() -> None:
    """The transport operator is that of the state in which the person lives."""
    riders = {
        address["state"]: move.merchant
        for person in (generated_person(seed=5, number=number) for number in range(60))
        for spec in person.accounts
        for move in spec.moves
        if move.category == "TRANSPORTATION:PUBLIC_TRANSIT"
        for address_union in [address_of(person, seed=5)]
        for address in [address_union[address_union["address_u_type"]]]
    }

    assert riders == {
        "ACT": "Transport Canberra",
        "NSW": "Transport for NSW",
        "NT": "Buslink",
        "QLD": "TransLink",
        "SA": "Adelaide Metro",
        "TAS": "Metro Tasmania",
        "VIC": "Myki",
        "WA": "Transperth",
    }


@pytest.mark.parametrize("seed", range(3))
def test_a_bank_has_one_code(seed: int) -> None:
    """Every BSB at an institution begins with the same digits."""
    accounts = [account for person in EVERYBODY for account in ledger_of(person, seed=seed).accounts.values()]

    assert len({account.bsb[:2] for account in accounts if account.bsb}) == 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.email)
def test_balances_add_up(person: Person, seed: int) -> None:
    """Current is the opening amount and POSTED rows; available adds PENDING rows and the limit.

    Source: data.balances-add-up
    """
    ledger = ledger_of(person, seed=seed)
    for spec in person.accounts:
        posted, pending = (_sum(ledger, spec, status) for status in ("POSTED", "PENDING"))
        balance = ledger.balance(spec.key)
        assert Decimal(balance.current_balance) == Decimal(spec.opening) + posted
        assert re.fullmatch(r"-?\d+\.\d\d", balance.current_balance)
        if spec.category == "RESIDENTIAL_MORTGAGES":
            assert balance.available_balance == "0.00"
        else:
            expected = Decimal(balance.current_balance) + pending + Decimal(spec.credit_limit or 0)
            assert Decimal(balance.available_balance) == expected


@pytest.mark.parametrize("person", DETAILED, ids=lambda person: person.email)
def test_rows_are_well_formed(person: Person) -> None:
    """Ids are unique, amounts fit their type, and categories nest. Source: data.pending-dates"""
    rows = ledger_of(person).statement_newest_first()

    assert len({row.fiskil_id for row in rows}) == len({row.transaction_id for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"-?\d+\.\d\d", row.amount)
        assert Decimal(row.amount) != 0
        assert row.type in TYPES
        assert row.type not in {"TRANSFER_INCOMING", "INTEREST_PAID"} or not row.amount.startswith("-")
        assert row.type not in {"TRANSFER_OUTGOING", "INTEREST_CHARGED"} or row.amount.startswith("-")
        assert row.category is not None
        assert row.category["secondary_category"].startswith(row.category["primary_category"])
        assert row.merchant_category_code is None or re.fullmatch(r"\d{4}", row.merchant_category_code)
        assert (row.posting_date_time is None) is (row.status == "PENDING")


@pytest.mark.parametrize("moment", ["2026-03-02T00:00:00+00:00", "2026-03-02T23:59:59+00:00"])
@pytest.mark.parametrize("name", ["rosa", "ben", "priya"])
def test_no_row_is_in_the_future(name: str, moment: str) -> None:
    """At any hour of the history's last day, every row is in the past."""
    person = catalog.person(name)
    dates = [row.posting_date_time or row.execution_date_time for row in ledger_of(person).transactions.values()]
    times = sorted(date for date in dates if date)

    assert times[-1] <= moment.replace("+00:00", "Z")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00Z", time) for time in times)
    assert len(times) >= 30


def test_shops_are_open() -> None:
    """On the east coast every purchase is between six in the morning and ten at night, at different hours."""
    from datetime import datetime

    from fiskil_harness.sandbox.bank.rows_from_seed import EAST_COAST

    shops = ("FOOD_AND_DRINK", "GENERAL_MERCHANDISE", "TRANSPORTATION")
    rows = [
        row
        for row in ledger_of(catalog.person("priya")).transactions.values()
        if (row.category or {})["primary_category"] in shops
    ]
    hours = {
        datetime.fromisoformat(row.posting_date_time).astimezone(EAST_COAST).hour for row in rows if row.posting_date_time
    }

    assert hours == set(range(6, 22))


@pytest.mark.parametrize("person", [catalog.person("rosa"), *MADE], ids=lambda person: person.email)
def test_transfers_arrive(person: Person) -> None:
    """A transfer out of one account of a person has a transfer of the same amount into another."""
    rows = [row for row in ledger_of(person).transactions.values() if row.extended_data == {"service": ""}]
    sent = sorted(-Decimal(row.amount) for row in rows if row.type == "TRANSFER_OUTGOING")
    arrived = sorted(
        Decimal(row.amount)
        for row in rows
        if row.type == "TRANSFER_INCOMING" and (row.category or {})["primary_category"].startswith("TRANSFER_IN")
    )

    assert sent == arrived
    assert sent


def test_pending_rows_are_purchases() -> None:
    """PENDING rows are outgoing payments."""
    rows = [row for row in ledger_of(catalog.person("rosa")).transactions.values() if row.status == "PENDING"]

    assert [row.amount[0] for row in rows] == ["-", "-"]
    assert all(row.description.startswith("Pending ") for row in rows)


def test_priya_has_more_than_one_full_page() -> None:
    """Her history has more than 1,000 rows, as her file states. Source: paging.size-cap"""
    assert len(ledger_of(catalog.person("priya")).transactions) > 1_000


def test_other_end_users_and_runs_have_the_same_rows_under_other_ids() -> None:
    """Another end user, or another run, sees the same person with no id in common."""
    person = catalog.person("rosa")
    first, second, later = ledger_of(person), ledger_of(person, owner="eu_2"), ledger_of(person, salt="later")

    for other in (second, later):
        assert [_story(row) for row in first.statement_newest_first()] == [
            _story(row) for row in other.statement_newest_first()
        ]
        assert not {row.fiskil_id for row in first.statement_newest_first()} & {
            row.fiskil_id for row in other.statement_newest_first()
        }
        assert not {row.transaction_id for row in first.statement_newest_first()} & {
            row.transaction_id for row in other.statement_newest_first()
        }
        assert first.accounts["everyday"].account_id != other.accounts["everyday"].account_id


def test_institutions_share_no_ids() -> None:
    """The same person at two banks has two sets of account ids."""
    mint, person = Mint(seed=7, salt="salt"), catalog.person("rosa")
    ledgers = [
        Ledger(person, owner="eu_1", arrangement_id="a", institution_id=bank, mint=mint, until=NOON.date())
        for bank in ("1", "2")
    ]

    assert ledgers[0].accounts["everyday"].account_id != ledgers[1].accounts["everyday"].account_id


def test_a_reset_removes_admitted_people(still: Still) -> None:
    """Named people stay; generated and admitted ones are removed."""
    still.consent("rosa")
    still.sandbox.add_person(generated_person(seed=1, email="typed@example.com"))

    still.sandbox.reset()

    assert still.sandbox.store.people == {}
    assert "rosa.keane@example.com" in still.sandbox.store.named


def _sum(ledger: Ledger, spec: AccountSpec, status: str) -> Decimal:
    account_id = ledger.accounts[spec.key].account_id
    amounts = [
        Decimal(row.amount) for row in ledger.transactions.values() if (row.account_id, row.status) == (account_id, status)
    ]
    return sum(amounts, Decimal(0))


def _story(row: object) -> dict[str, object]:
    fields = msgspec.structs.asdict(row)  # type: ignore[arg-type]
    return {name: value for name, value in fields.items() if name not in {"fiskil_id", "transaction_id", "account_id"}}
