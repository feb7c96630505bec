"""Data that lives on the sandbox's clock: rows that come, are posted or vanish as days pass, in the east coast's time."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent, Person
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.days import instant_of, text_of
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.consents.people import generated_person
from tests.sandbox.bank.ledgers import ledger_of
from tests.sandbox.still import NOON, Still

NAMED = [person for person in catalog.people().values() if person.accounts]
EVERYBODY = [*NAMED, *(generated_person(seed=5, number=number) for number in range(20))]


def rows(still: Still, consent: Consent, **query: Any) -> list[dict[str, Any]]:
    """What the API answers to somebody with a new token, because old ones die with the days."""
    asked = {"end_user_id": consent.end_user_id, "page[size]": "1000", **query}
    found: list[dict[str, Any]] = still.client().get("/v1/banking/transactions", params=asked).json()["transactions"]
    return found


def synced_after(still: Still, consent: Consent, **time: float) -> Consent:
    """Let time pass, and sync."""
    still.sandbox.clock.advance(**time)
    for dataset in ("transactions", "balances"):
        still.sandbox.sync(consent, dataset)
    return consent


def one_movement(**changed: Any) -> Person:
    """Somebody with one account and one movement a day."""
    move = {"amount": "-5.00", "every_days": 1, "merchant": "Corner Espresso", "description": "CORNER ESPRESSO", **changed}
    return Person(
        name="one", given_name="O", family_name="N", email="one@example.com", phone="+61491570156", why="one movement",
        history_days=10, accounts=(AccountSpec(key="everyday", name="Everyday", moves=(Movement(**move),)),),
    )  # fmt: skip


def test_thirty_days_bring_thirty_days_of_rows(still: Still) -> None:
    """Every old POSTED row is there as it was, and the new ones are of the days since. Source: data.changes"""
    consent = still.consent("priya")
    before = {row["fiskil_id"]: row for row in rows(still, consent, **{"from": "2026-01-01T00:00:00Z"})}

    synced_after(still, consent, days=30)

    after = {row["fiskil_id"]: row for row in rows(still, consent, **{"from": "2026-01-01T00:00:00Z"})}
    assert {value: after[value] for value in before} == before
    new = [after[value]["posting_date_time"] for value in set(after) - set(before)]
    assert {value[:10] for value in new} >= {(NOON.date() + timedelta(days=day)).isoformat() for day in range(29)}
    assert min(new) > max(row["posting_date_time"] for row in before.values())
    assert max(new) < (NOON + timedelta(days=30)).isoformat()


def test_what_was_synced_stays_until_the_next_sync(still: Still) -> None:
    """Days alone show nothing. Source: data.after-sync"""
    still.sandbox.read_as({"sync.recurrence": "on-demand"})
    consent = still.consent("priya")
    before = rows(still, consent)

    still.sandbox.clock.advance(days=30)

    assert rows(still, consent) == before


def test_a_sync_sees_its_own_moment(still: Still) -> None:
    """However late somebody looks, a sync that was ready a month ago shows the rows of then. Source: sync.timing"""
    still.sandbox.read_as({"sync.recurrence": "on-demand"})
    prompt = still.consent("rosa")
    late = still.consent("rosa", is_synced=False)

    still.sandbox.clock.advance(days=30)

    amounts = [[(row["amount"], row.get("posting_date_time")) for row in rows(still, consent)] for consent in (prompt, late)]
    assert amounts[0] == amounts[1]


def test_pending_rows_are_posted_on_the_clock(still: Still) -> None:
    """Under the same id, with a posting time; others wait when they are due. Source: data.pending-posted"""
    consent = still.consent("rosa")
    before = {row["fiskil_id"]: row for row in rows(still, consent, status="PENDING")}

    synced_after(still, consent, days=5)

    after = {row["fiskil_id"]: row for row in rows(still, consent)}
    assert {after[value]["status"] for value in before} == {"POSTED"}
    assert all("2026-03-02" < after[value]["posting_date_time"] < "2026-03-06T12" for value in before)
    assert all(after[value]["description"] == row["description"].removeprefix("Pending ") for value, row in before.items())
    assert len(rows(still, consent, status="PENDING")) == 2


@pytest.mark.parametrize("reading", ["none", "some"])
def test_some_pending_rows_may_never_be_posted(still: Still, reading: str) -> None:
    """They are gone, and told as removed. Source: data.pending-vanishes"""
    still.sandbox.read_as({"data.pending-vanishes": reading})
    consent = still.consent("rosa")
    waiting: set[str] = set()
    for _ in range(20):
        waiting |= {row["fiskil_id"] for row in rows(still, consent, status="PENDING")}
        synced_after(still, consent, days=1)

    gone = waiting - {row["fiskil_id"] for row in rows(still, consent)}

    assert gone == set(still.sandbox.removed_ids(consent))
    assert len(gone) == {"none": 0, "some": 3}[reading]


def test_a_chosen_category_outlives_days_and_syncs(still: Still) -> None:
    """Also where other rows come before it. Source: category.override"""
    consent = still.consent("rosa")
    chosen = rows(still, consent)[7]["fiskil_id"]
    secondary = "GOVERNMENT_AND_NON_PROFIT_DONATIONS"
    still.client().post(
        "/v1/banking/transactions/category", json={"fiskil_transaction_id": chosen, "secondary_category": secondary}
    )

    synced_after(still, consent, days=30)

    assert [row["fiskil_id"] for row in rows(still, consent, secondary_category=secondary)] == [chosen]


@pytest.mark.parametrize("days", [0, 30, 365])
@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.email)
def test_money_adds_up(person: Person, days: int) -> None:
    """On five seeds: opening and POSTED rows; available adds PENDING ones and the limit. Source: data.balances-add-up"""
    for seed in range(5):
        ledger = ledger_of(person, days, seed=seed)
        everything = list(ledger.statement())
        for spec in person.accounts:
            mine = [
                transaction for transaction in everything if transaction.account_id == ledger.accounts[spec.key].account_id
            ]
            current = sum(
                (Decimal(transaction.amount) for transaction in mine if transaction.status == "POSTED"),
                Decimal(spec.opening),
            )
            available = current + sum(Decimal(transaction.amount) for transaction in mine if transaction.status == "PENDING")
            is_loan = spec.category == "RESIDENTIAL_MORTGAGES"
            balance = ledger.balance(spec.key)
            assert Decimal(balance.current_balance) == current
            assert Decimal(balance.available_balance) == (0 if is_loan else available + Decimal(spec.credit_limit or 0))


@pytest.mark.parametrize(
    ("day", "clock", "text"),
    [
        ("2026-04-04", "12:00", "2026-04-04T01:00:00Z"),
        ("2026-04-05", "01:59", "2026-04-04T14:59:00Z"),
        ("2026-04-05", "02:30", "2026-04-04T15:30:00Z"),
        ("2026-04-05", "03:00", "2026-04-04T17:00:00Z"),
        ("2026-04-05", "12:00", "2026-04-05T02:00:00Z"),
        ("2026-10-04", "01:59", "2026-10-03T15:59:00Z"),
        ("2026-10-04", "02:30", "2026-10-03T16:30:00Z"),
        ("2026-10-04", "03:00", "2026-10-03T16:00:00Z"),
        ("2026-10-04", "12:00", "2026-10-04T01:00:00Z"),
    ],
)
def test_clocks_change_twice_a_year(day: str, clock: str, text: str) -> None:
    """An hour that comes twice is the first one, one that is left out an hour later; noon is at one or at two."""
    hour, minute = clock.split(":")

    assert text_of(instant_of(date.fromisoformat(day).toordinal(), int(hour) * 60 + int(minute))) == text


@pytest.mark.parametrize(("until", "hours"), [("2026-04-10", {14, 15}), ("2026-10-10", {14, 15})])
def test_rows_around_the_change_are_utc_on_the_wire(until: str, hours: set[int]) -> None:
    """The same nights lie at other hours in UTC before and after, and newest is still first."""
    person = one_movement(type="FEE", times_a_day=40)
    ledger = Ledger(
        person, owner="eu_1", arrangement_id="a", institution_id="88888", mint=Mint(seed=1, salt="s"),
        until=date.fromisoformat(until),
    )  # fmt: skip

    found = [datetime.fromisoformat(row.posting_date_time or "") for row in ledger.statement()]

    assert found == sorted(found, reverse=True)
    assert {date.utcoffset() for date in found} == {timedelta()}
    assert {min(date.hour for date in found if date.date() == day) for day in {date.date() for date in found}} == hours


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"amount": "-5"}, "amount must be signed decimal text with two places, like '-12.50'; got '-5'"),
        ({"every_days": 0}, "every_days counts from 1; got 0"),
        ({"first_day": -1}, "first_day counts from 0; got -1"),
        ({"times_a_day": 5001}, "times_a_day must be from 1 to 5000; got 5001"),
    ],
)
def test_a_movement_that_makes_no_rows_is_refused(changed: dict[str, Any], told: str) -> None:
    """With what is allowed."""
    with pytest.raises(ValueError, match=told):
        one_movement(**changed)
