"""The schedule of PENDING purchases: they follow their movement's pace, so a year costs as much as the movements define."""

from decimal import Decimal

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Person
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.sandbox.bank.interest import rate_of
from fiskil_harness.sandbox.bank.pending_schedule import SlotSchedule, slot_schedules
from fiskil_harness.sandbox.consents.people import generated_person
from tests.sandbox.bank.ledgers import ledger_of

EVERYBODY = [
    *(person for person in catalog.people().values() if person.accounts),
    *(generated_person(seed=5, number=n) for n in range(20)),
]
OPEN = [person for person in EVERYBODY if all(spec.open_status == "OPEN" for spec in person.accounts)]


def held(person: Person, spec: AccountSpec, days: int) -> Decimal:
    return Decimal(ledger_of(person, days).balance(spec.key).current_balance)


def held_without_interest(person: Person, spec: AccountSpec, days: int) -> Decimal:
    """Return the balance without the interest that follows from it, whose amounts no movement states."""
    interest = {move.description for move in spec.moves if rate_of(spec, move)}
    ledger = ledger_of(person, days)
    account_id = ledger.accounts[spec.key].account_id
    rows = ledger.statement().where(status="POSTED")
    paid = sum(
        (Decimal(row.amount) for row in rows if row.account_id == account_id and row.description in interest), Decimal(0)
    )
    return held(person, spec, days) - paid


def stated(spec: AccountSpec) -> list[Movement]:
    """Return the movements of an account whose amounts the person's file states."""
    return [move for move in spec.moves if not rate_of(spec, move)]


def a_day(spec: AccountSpec) -> Decimal:
    """Return the daily change of an account by its movements."""
    return sum((Decimal(move.amount) * move.times_a_day / move.every_days for move in stated(spec)), Decimal(0))


def once(spec: AccountSpec) -> Decimal:
    """Return the sum of one row of each movement, without signs."""
    return sum((abs(Decimal(move.amount)) for move in stated(spec)), Decimal(0))


@pytest.mark.parametrize("days", [90, 360])
@pytest.mark.parametrize("person", OPEN, ids=lambda person: person.email)
def test_balances_change_after_the_history_as_the_movements_say(person: Person, days: int) -> None:
    """The change after the history is that of the movements, within one row of each and a tenth of the turnover."""
    for spec in person.accounts:
        change = held_without_interest(person, spec, days) - held_without_interest(person, spec, 0)
        turnover = sum(
            (abs(Decimal(move.amount)) * days * move.times_a_day / move.every_days for move in stated(spec)), Decimal(0)
        )
        assert abs(change - a_day(spec) * days) <= once(spec) + turnover / 10


@pytest.mark.parametrize("person", OPEN, ids=lambda person: person.email)
def test_slots_add_few_purchases(person: Person) -> None:
    """A movement has at most one row more than its days allow; small frequent purchases may have twice as many."""
    rows = list(ledger_of(person, 90).statement().where(status="POSTED"))
    before = {row.key for row in ledger_of(person, 0).statement().where(status="POSTED")}
    for spec in person.accounts:
        account_id = ledger_of(person, 90).accounts[spec.key].account_id
        new = [row for row in rows if row.account_id == account_id and row.key not in before]
        for move in spec.moves:
            alike = [movement for movement in spec.moves if movement.description == move.description]
            due = sum(90 * movement.times_a_day / movement.every_days for movement in alike)
            often = 2 if move.every_days < 4 else 1
            assert len([row for row in new if row.description == move.description]) <= often * due + 2 * len(alike)


def test_only_frequent_purchases_are_pending() -> None:
    """The rent of a workshop is never PENDING, and two slots of one movement share its purchases."""
    ruth = catalog.person("ruth").accounts[0]

    assert slot_schedules(ruth) == [
        SlotSchedule(move=3, waits_days=2, every_days=12, takes_over=True),
        SlotSchedule(move=3, waits_days=3, every_days=12, takes_over=True),
    ]


def test_a_daily_purchase_keeps_its_regular_rows() -> None:
    """A daily purchase is not moved into a slot, in which each purchase waits two days."""
    move = Movement(amount="-3.20", every_days=1, merchant="m", description="TAP", mcc="4111", category="TRANSPORTATION")

    (turns,) = slot_schedules(AccountSpec(key="a", name="A", moves=(move,), pending=1))

    assert turns == SlotSchedule(move=0, waits_days=2, every_days=2, takes_over=False)
