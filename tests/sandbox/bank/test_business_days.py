"""Regular payments fall on business days of the person's state, on the same dates wherever a sandbox starts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from holidays.countries.australia import Australia

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Person, Transaction
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.address import state_of
from fiskil_harness.sandbox.bank.business_days import LONGEST_BREAK, business_day_from
from fiskil_harness.sandbox.bank.days import EAST_COAST
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.consents.people import generated_person
from tests.sandbox.everyone import SEEDS

STATES = ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")
PEOPLE = [person for person in catalog.people().values() if person.accounts and person.optional_fields == "usual"]
REGULAR = ("INCOME_SALARY", "INCOME_GOVERNMENT_BENEFITS", "INCOME_RETIREMENT_PENSION")
# The history ends at different weekdays, and in the week after Easter and after New Year.
ENDS = (date(2026, 3, 2), date(2026, 4, 8), date(2026, 5, 14), date(2027, 1, 5))


def ledger_of(person: Person, *, seed: int, until: date, days_passed: int = 0) -> Ledger:
    """Return the bank's records of a person whose history ends on *until*."""
    mint = Mint(seed=seed, salt="a salt")
    return Ledger(
        person,
        owner="eu_1",
        arrangement_id="a",
        institution_id="88888",
        mint=mint,
        until=until,
        days_passed=lambda _at: days_passed,
    )


def day_of(row: Transaction) -> date:
    """Return the day of posting on the east coast."""
    return datetime.fromisoformat(row.posting_date_time or "").astimezone(EAST_COAST).date()


def regular(ledger: Ledger) -> list[Transaction]:
    """Return salaries, pensions, direct debits, and payments of home loans."""
    loans = {
        account.account_id for account in ledger.accounts.values() if account.product_category == "RESIDENTIAL_MORTGAGES"
    }
    return [
        row
        for row in ledger.statement()
        if row.status == "POSTED"
        and (
            (row.category or {})["secondary_category"] in REGULAR
            or row.type == "DIRECT_DEBIT"
            or (row.account_id in loans and row.type == "TRANSFER_INCOMING")
        )
    ]


@pytest.mark.parametrize("until", ENDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_regular_payments_fall_on_business_days(seed: int, until: date) -> None:
    """No payment is on a weekend or a public holiday of the state, by an independent library; later days included."""
    people = [*PEOPLE, *(generated_person(seed=seed, number=number) for number in range(8))]

    days = [
        (state_of(person, seed=seed), day_of(row))
        for person in people
        for row in regular(ledger_of(person, seed=seed, until=until, days_passed=40))
    ]

    calendars = {state: Australia(subdiv=state) for state in STATES}
    assert len(days) > 100
    assert [(state, day) for state, day in days if day.weekday() > 4 or day in calendars[state]] == []


def debited(*, every_days: int) -> Person:
    """Return a person whose only payments are direct debits, which are PENDING at first."""
    debit = Movement(
        merchant="Gym",
        description="GYM",
        category="SERVICES:OTHER_SERVICES",
        amount="-9.00",
        every_days=every_days,
        type="DIRECT_DEBIT",
    )
    return Person(
        name="debited",
        given_name="D",
        family_name="D",
        email="debited@example.com",
        phone="+61491570156",
        why="debits",
        accounts=(AccountSpec(key="everyday", name="Everyday", moves=(debit,), pending=3),),
    )


@pytest.mark.parametrize("every_days", [7, 8, 14, 30])
@pytest.mark.parametrize("until", ENDS)
def test_a_pending_direct_debit_is_posted_on_a_business_day(until: date, every_days: int) -> None:
    """It stays PENDING until then, each debit is posted once, and the balance counts each one."""
    person, calendar = debited(every_days=every_days), Australia(subdiv=state_of(debited(every_days=every_days), seed=1))
    posted: list[Transaction] = []
    for days in range(0, 400, 3):
        ledger = ledger_of(person, seed=1, until=until, days_passed=days)
        statement = ledger.statement()
        rows = [row for row in statement if row.status == "POSTED" and ":pending" in row.key]
        waiting = {row.key for row in statement if row.status == "PENDING"}
        assert [row for row in posted if row not in rows] == []
        assert waiting.isdisjoint(row.key for row in rows)
        assert ledger.balance("everyday").current_balance == str(
            Decimal("1000.00") - 9 * sum(row.status == "POSTED" for row in statement)
        )
        posted = rows

    days_of_rows = [day_of(row) for row in posted]
    assert len(days_of_rows) > 400 // every_days - 5
    assert [day for day in days_of_rows if day.weekday() > 4 or day in calendar] == []


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_dates_do_not_depend_on_the_start(person: Person) -> None:
    """A sandbox that starts eleven days later has the same regular payments in the days that both have."""
    earlier = ledger_of(person, seed=1, until=ENDS[0], days_passed=11)
    later = ledger_of(person, seed=1, until=ENDS[0] + timedelta(days=11))
    since = ENDS[0] - timedelta(days=person.history_days - 20)

    payments = [
        sorted((day_of(row), row.description) for row in regular(ledger) if since < day_of(row))
        for ledger in (earlier, later)
    ]

    assert payments[0] == payments[1]


@pytest.mark.parametrize("state", STATES)
def test_no_break_is_longer_than_expected(state: str) -> None:
    """Payments at least a week apart keep their order."""
    days = range(date(2012, 1, 1).toordinal(), date(2045, 12, 24).toordinal())

    assert max(business_day_from(day, state) - day for day in days) <= LONGEST_BREAK


@pytest.mark.parametrize("until", ENDS)
@pytest.mark.parametrize("name", ["hana", "rosa", "edna", "walter"])
def test_positions_and_sums_count_late_payments(name: str, until: date) -> None:
    """Every row is found at its position and by its id, none is in the future, and the balance is the sum of the rows."""
    ledger = ledger_of(catalog.person(name), seed=2, until=until)
    rows = list(ledger.statement())

    posted = ledger.statement().posted
    listed = [row for row in rows if row.status == "POSTED"]
    assert [posted.position(row.fiskil_id) for row in listed] == list(range(len(listed)))
    assert [posted.find(row.fiskil_id) for row in listed] == listed
    assert [row.posting_date_time for row in listed] == sorted((row.posting_date_time for row in listed), reverse=True)
    assert max(map(day_of, listed)) < until
    assert len(posted) == len(listed)
    assert [ledger.row(row.key) for row in listed] == listed


def test_purchases_follow_the_hours_of_the_day() -> None:
    """Coffee is bought in the morning, and salaries arrive before shops open."""
    at = datetime(2026, 3, 2, tzinfo=UTC).date()
    rows = list(ledger_of(catalog.person("milo"), seed=1, until=at).statement().where(status="POSTED"))
    hours = {
        category: {
            datetime.fromisoformat(row.posting_date_time or "").astimezone(EAST_COAST).hour
            for row in rows
            if (row.category or {})["secondary_category"] == category
        }
        for category in ("FOOD_AND_DRINK_COFFEE", "FOOD_AND_DRINK_FAST_FOOD", "INCOME_SALARY")
    }

    assert hours["FOOD_AND_DRINK_COFFEE"] <= set(range(6, 11))
    assert hours["FOOD_AND_DRINK_FAST_FOOD"] <= set(range(11, 21))
    assert hours["INCOME_SALARY"] <= set(range(4, 7))
