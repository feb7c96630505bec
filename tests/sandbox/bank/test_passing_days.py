"""Rows that depend on the sandbox's clock: they appear, are posted or disappear as days pass, in east coast time."""

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
    """Return the API's rows for a new token, because old tokens expire as days pass."""
    params = {"end_user_id": consent.end_user_id, "page[size]": "1000", **query}
    served: list[dict[str, Any]] = still.client().get("/v1/banking/transactions", params=params).json()["transactions"]
    return served


def synced_after(still: Still, consent: Consent, **time: float) -> Consent:
    """Advance the clock, sync, and return the consent."""
    still.sandbox.clock.advance(**time)
    for dataset in ("transactions", "balances"):
        still.sandbox.sync(consent, dataset)
    return consent


def one_movement(**changed: Any) -> Person:
    """Return a person with one account and one movement a day."""
    move = {"amount": "-5.00", "every_days": 1, "merchant": "Corner Espresso", "description": "CORNER ESPRESSO", **changed}
    return Person(
        name="one", given_name="O", family_name="N", email="one@example.com", phone="+61491570156", why="one movement",
        history_days=10, accounts=(AccountSpec(key="everyday", name="Everyday", moves=(Movement(**move),)),),
    )  # fmt: skip


def test_thirty_days_add_thirty_days_of_rows(still: Still) -> None:
    """Every old POSTED row stays as it was, and the new rows are of the days since. Source: data.changes"""
    consent = still.consent("priya")
    before = {row["fiskil_id"]: row for row in rows(still, consent, **{"from": "2026-01-01T00:00:00Z"})}

    synced_after(still, consent, days=30)

    after = {row["fiskil_id"]: row for row in rows(still, consent, **{"from": "2026-01-01T00:00:00Z"})}
    assert {value: after[value] for value in before} == before
    new = [after[value]["posting_date_time"] for value in set(after) - set(before)]
    assert {value[:10] for value in new} >= {(NOON.date() + timedelta(days=day)).isoformat() for day in range(29)}
    assert min(new) > max(row["posting_date_time"] for row in before.values())
    assert max(new) < (NOON + timedelta(days=30)).isoformat()


def test_synced_rows_stay_until_the_next_sync(still: Still) -> None:
    """The passing of days alone changes no served row. Source: data.after-sync"""
    still.sandbox.choose_interpretations({"sync.recurrence": "on-demand"})
    consent = still.consent("priya")
    before = rows(still, consent)

    still.sandbox.clock.advance(days=30)

    assert rows(still, consent) == before


def test_a_sync_has_the_rows_of_its_own_instant(still: Still) -> None:
    """A sync that completed a month ago has the rows of then, even if it is first read now. Source: sync.timing"""
    still.sandbox.choose_interpretations({"sync.recurrence": "on-demand"})
    prompt = still.consent("rosa")
    late = still.consent("rosa", is_synced=False)

    still.sandbox.clock.advance(days=30)

    amounts = [[(row["amount"], row.get("posting_date_time")) for row in rows(still, consent)] for consent in (prompt, late)]
    assert amounts[0] == amounts[1]


def test_pending_rows_are_posted_as_days_pass(still: Still) -> None:
    """They keep their ids and get a posting time, and other rows become PENDING. Source: data.pending-posted"""
    consent = still.consent("rosa")
    before = {row["fiskil_id"]: row for row in rows(still, consent, status="PENDING")}

    synced_after(still, consent, days=5)

    after = {row["fiskil_id"]: row for row in rows(still, consent)}
    assert {after[value]["status"] for value in before} == {"POSTED"}
    assert all("2026-03-02" < after[value]["posting_date_time"] < "2026-03-06T12" for value in before)
    assert all(after[value]["description"] == row["description"].removeprefix("Pending ") for value, row in before.items())
    assert len(rows(still, consent, status="PENDING")) == 2


@pytest.mark.parametrize("interpretation", ["none", "some"])
def test_some_pending_rows_may_never_be_posted(still: Still, interpretation: str) -> None:
    """Under that interpretation some PENDING rows disappear, and are reported as removed. Source: data.pending-vanishes"""
    still.sandbox.choose_interpretations({"data.pending-vanishes": interpretation})
    consent = still.consent("rosa")
    pending_ids: set[str] = set()
    for _ in range(20):
        pending_ids |= {row["fiskil_id"] for row in rows(still, consent, status="PENDING")}
        synced_after(still, consent, days=1)

    vanished_ids = pending_ids - {row["fiskil_id"] for row in rows(still, consent)}

    assert vanished_ids == set(still.sandbox.removed_ids(consent))
    assert len(vanished_ids) == {"none": 0, "some": 3}[interpretation]


def test_a_chosen_category_stays_after_days_and_syncs(still: Still) -> None:
    """The category stays with its row when newer rows precede it. Source: category.override"""
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
def test_balances_are_the_sum_of_the_rows(person: Person, days: int) -> None:
    """For five seeds, a balance is the opening amount and POSTED rows; available adds PENDING rows and the limit.

    Source: data.balances-add-up
    """
    for seed in range(5):
        ledger = ledger_of(person, days, seed=seed)
        all_rows = list(ledger.statement())
        for spec in person.accounts:
            account_rows = [
                transaction for transaction in all_rows if transaction.account_id == ledger.accounts[spec.key].account_id
            ]
            current = sum(
                (Decimal(transaction.amount) for transaction in account_rows if transaction.status == "POSTED"),
                Decimal(spec.opening),
            )
            available = current + sum(
                Decimal(transaction.amount) for transaction in account_rows if transaction.status == "PENDING"
            )
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
    """An hour that occurs twice is the first one, a skipped one is an hour later, and noon has the day's offset."""
    hour, minute = clock.split(":")

    assert text_of(instant_of(date.fromisoformat(day).toordinal(), int(hour) * 60 + int(minute))) == text


@pytest.mark.parametrize(("until", "hours"), [("2026-04-10", {14, 15}), ("2026-10-10", {14, 15})])
def test_rows_around_the_change_are_utc_on_the_wire(until: str, hours: set[int]) -> None:
    """Rows before and after a clock change have other UTC hours, and are still newest first."""
    person = one_movement(type="FEE", times_a_day=40)
    ledger = Ledger(
        person, owner="eu_1", arrangement_id="a", institution_id="88888", mint=Mint(seed=1, salt="s"),
        until=date.fromisoformat(until),
    )  # fmt: skip

    instants = [datetime.fromisoformat(row.posting_date_time or "") for row in ledger.statement()]

    assert instants == sorted(instants, reverse=True)
    assert {date.utcoffset() for date in instants} == {timedelta()}
    assert {min(date.hour for date in instants if date.date() == day) for day in {date.date() for date in instants}} == hours


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"amount": "-5"}, "amount must be signed decimal text with two places, like '-12.50'; got '-5'"),
        ({"every_days": 0}, "every_days counts from 1; got 0"),
        ({"first_day": -1}, "first_day counts from 0; got -1"),
        ({"times_a_day": 5001}, "times_a_day must be from 1 to 5000; got 5001"),
    ],
)
def test_an_invalid_movement_is_refused(changed: dict[str, Any], message: str) -> None:
    """The error states what is allowed."""
    with pytest.raises(ValueError, match=message):
        one_movement(**changed)
