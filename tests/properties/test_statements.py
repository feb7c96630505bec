"""Statements compared with an eager list: after any history and changes, each page, filter and sum equals the list's."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.model import Person, Transaction
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.address import state_of
from fiskil_harness.sandbox.bank.business_days import business_day_from, is_on_business_days
from fiskil_harness.sandbox.bank.days import EAST_COAST, ceiling_of, floor_of
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.bank.pending_schedule import slot_schedules
from fiskil_harness.sandbox.bank.statement import Statement

UNTIL = date(2026, 3, 2)
# Small, so that every row is checked; the days cross both clock changes of the east coast.
movements = st.builds(
    Movement,
    amount=st.sampled_from(["-4.80", "-117.35", "12.00", "3120.55", "-0.01"]),
    every_days=st.integers(1, 9),
    merchant=st.sampled_from(["Coles", "50% off & more", 'The "Café" \\ Bar']),
    description=st.sampled_from(["COLES %s 0813", "PAY {0}"]),
    category=st.sampled_from(["FOOD_AND_DRINK:COFFEE", "INCOME:SALARY", "TRANSFER_OUT:SAVINGS"]),
    mcc=st.sampled_from([None, "5411"]),
    varies_percent=st.sampled_from([0, 0, 30, 100]),
    first_day=st.integers(0, 30),
    times_a_day=st.sampled_from([1, 1, 2, 7]),
    type=st.sampled_from([None, None, "DIRECT_DEBIT", "INTEREST_PAID", "FEE"]),
)
accounts = st.lists(
    st.builds(
        lambda moves, pending: (tuple(moves), pending), st.lists(movements, min_size=1, max_size=3), st.integers(0, 3)
    ),
    min_size=1,
    max_size=2,
)
people = st.builds(
    lambda specs, days: Person(
        name="p",
        given_name="P",
        family_name="Q",
        email="p.q@example.com",
        phone="+61491570156",
        why="drawn",
        history_days=days,
        accounts=tuple(
            AccountSpec(key=f"a{number}", name="A", opening="-17.31", moves=moves, pending=pending)
            for number, (moves, pending) in enumerate(specs)
        ),
    ),
    accounts,
    st.integers(1, 40),
)
days_passed = st.sampled_from([0, 1, 2, 3, 8, 40, 220])
interpretations = st.fixed_dictionaries(
    {"data.pending-posted": st.sampled_from(["kept", "new"]), "data.pending-vanishes": st.sampled_from(["none", "some"])}
)
EXAMPLES = settings(deadline=None, database=None, max_examples=25)


def ledger_of(person: Person, *, days: list[int], chosen: dict[str, str] | None = None) -> Ledger:
    """Return a ledger for which as many days have passed as the single number in *days*."""
    return Ledger(
        person,
        owner="eu_1",
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=Mint(seed=3, salt="salt"),
        until=UNTIL,
        interpretation=Interpretations(chosen).of,
        days_passed=lambda _at: days[0],
    )


def posting_day(person: Person, move: Movement, ago: int) -> date:
    """Return the day of a regular row: its own day, or for some payments the next business day of the person's state."""
    own_day = UNTIL - timedelta(days=ago + 1)
    if not is_on_business_days(move):
        return own_day
    return date.fromordinal(business_day_from(own_day.toordinal(), state_of(person, seed=3)))


def expected_keys(person: Person, days: int, *, some_vanish: bool) -> tuple[set[str], set[str]]:
    """Return the keys of PENDING and of POSTED rows, counted day by day."""
    pending: set[str] = set()
    posted: set[str] = set()
    for spec in person.accounts:
        schedules = slot_schedules(spec)
        for number, move in enumerate(spec.moves):
            days_after = 0 if number in {turns.move for turns in schedules if turns.takes_over} else days
            for ago in range(-days_after, person.history_days):
                if (ago - move.first_day) % move.every_days == 0 and posting_day(person, move, ago) < UNTIL + timedelta(
                    days
                ):
                    posted |= {f"{spec.key}:{number}:{ago}" + (f".{at}" if at else "") for at in range(move.times_a_day)}
        for number, turns in enumerate(schedules):
            for turn, begins in enumerate(range(0, days + 1, turns.every_days)):
                key = f"{spec.key}:pending:{number}" + (f":{turn}" if turn else "")
                if days < begins + turns.waits_days:
                    pending.add(key)
                elif not (some_vanish and (turn + number) % 4 == 2):
                    posted.add(key)
    return pending, posted


def in_order(rows: Iterable[Transaction]) -> list[tuple[str, str]]:
    """Return the sort keys of the rows, in the API's order."""
    return sorted(
        ((row.status, row.posting_date_time or row.execution_date_time or "") for row in rows),
        key=lambda pair: (pair[0] == "PENDING", pair[1]),
        reverse=True,
    )


@EXAMPLES
@given(people, days_passed, interpretations)
def test_rows_are_those_of_every_day(person: Person, days: int, chosen: dict[str, str]) -> None:
    """No day is missing and none is added; values, texts and single rows agree. Source: data.order"""
    ledger = ledger_of(person, days=[days], chosen=chosen)

    statement = ledger.statement()
    rows = list(statement)

    pending, posted = expected_keys(person, days, some_vanish=chosen["data.pending-vanishes"] == "some")
    assert {row.key for row in rows if row.status == "PENDING"} == pending
    assert {row.key for row in rows if row.status == "POSTED"} == posted
    assert len(rows) == len(statement) == len(pending) + len(posted)
    assert [(row.status, row.posting_date_time or row.execution_date_time or "") for row in rows] == in_order(rows)
    assert bytes(statement[:].wire) == b"[" + b",".join(bytes(row.wire) for row in rows) + b"]"
    assert len({row.fiskil_id for row in rows}) == len({row.transaction_id for row in rows}) == len(rows)
    assert [ledger.row(row.key) for row in rows] == [statement.find(row.fiskil_id) for row in rows] == rows


@EXAMPLES
@given(people, days_passed, st.data())
def test_any_page_is_a_slice_of_the_list(person: Person, days: int, data: st.DataObject) -> None:
    """It may begin anywhere, and be read backwards and in steps. Source: paging.links"""
    statement = ledger_of(person, days=[days]).statement()
    rows = list(statement)
    start = data.draw(st.integers(-3, len(rows) + 3), label="start")
    stop = data.draw(st.integers(-3, len(rows) + 3), label="stop")

    assert list(statement[start:stop]) == rows[start:stop]
    assert msgspec.json.decode(statement[start:stop].wire) == [msgspec.json.decode(row.wire) for row in rows[start:stop]]
    assert list(statement[start:stop:3]) == rows[start:stop:3]


@EXAMPLES
@given(people, days_passed, st.data())
def test_filters_keep_matching_rows(person: Person, days: int, data: st.DataObject) -> None:
    """Account, category, status and times can be combined. Source: data.time-filter, data.category-filter"""
    ledger = ledger_of(person, days=[days])
    rows = list(ledger.statement())
    account_ids = data.draw(
        st.sampled_from([(), *[(account.account_id,) for account in ledger.accounts.values()]]), label="accounts"
    )
    categories = data.draw(st.sampled_from([(), ("INCOME_SALARY",), ("FOOD_AND_DRINK_COFFEE", "NONE")]), label="categories")
    status = data.draw(st.sampled_from(["", "PENDING", "POSTED"]), label="status")
    times = sorted(row.posting_date_time for row in rows if row.posting_date_time) or ["2026-02-01T00:00:00Z"]
    instants = st.none() | st.builds(
        lambda text, second: datetime.fromisoformat(text) + timedelta(seconds=second),
        st.sampled_from(times),
        st.sampled_from([-1, 0, 1]),
    )
    since, until = data.draw(instants, label="since"), data.draw(instants, label="until")

    filtered = ledger.statement().where(
        account_ids=account_ids,
        categories=categories,
        status=status,
        since=ceiling_of(since) if since else None,
        until=floor_of(until) if until else None,
    )

    expected = [row for row in rows if matches(row, account_ids, categories, status, since, until)]
    assert list(filtered) == expected
    assert [filtered.position(row.fiskil_id) for row in expected] == list(range(len(expected)))
    assert {filtered.position(row.fiskil_id) for row in rows if row not in expected} <= {None}


def matches(
    row: Transaction,
    account_ids: tuple[str, ...],
    categories: tuple[str, ...],
    status: str,
    since: datetime | None,
    until: datetime | None,
) -> bool:
    text = row.posting_date_time or row.execution_date_time
    at = datetime.fromisoformat(text) if text else None
    assert row.category is not None
    return (
        (not account_ids or row.account_id in account_ids)
        and (not categories or row.category["secondary_category"] in categories)
        and status in {"", row.status}
        and ((since is None and until is None) or at is not None)
        and (since is None or at is None or at >= since)
        and (until is None or at is None or at <= until)
    )


@EXAMPLES
@given(people, days_passed, interpretations, st.data())
def test_balances_add_up_after_any_change(person: Person, days: int, chosen: dict[str, str], data: st.DataObject) -> None:
    """Current balance is opening and POSTED rows, available adds PENDING rows. Source: data.balances-add-up"""
    today = [days]
    ledger = ledger_of(person, days=today, chosen=chosen)
    untouched = {row.key: row for row in ledger.statement()}
    for _ in range(data.draw(st.integers(0, 5), label="changes")):
        change(ledger, data)
    today[0] += data.draw(st.sampled_from([0, 1, 5, 31]), label="later")

    rows = list(ledger.statement())

    for spec in person.accounts:
        of_account = [row for row in rows if row.account_id == ledger.accounts[spec.key].account_id]
        posted, pending = (
            sum((Decimal(row.amount) for row in of_account if row.status == status), Decimal(0))
            for status in ("POSTED", "PENDING")
        )
        balance = ledger.balance(spec.key)
        assert Decimal(balance.current_balance) == Decimal(spec.opening) + posted
        assert Decimal(balance.available_balance) == Decimal(spec.opening) + posted + pending
    assert [ledger.statement()[at] for at in range(len(rows))] == rows
    assert [ledger.statement().position(row.fiskil_id) for row in rows] == list(range(len(rows)))
    assert len({row.key for row in rows}) == len(rows)
    removed = {row.fiskil_id for row in untouched.values()} - {row.fiskil_id for row in rows}
    assert removed <= set(ledger.removed_ids)
    assert not {row.fiskil_id for row in rows} & set(ledger.removed_ids)


def test_a_removed_copy_never_comes_back() -> None:
    """A second copy of the row gets other ids than the first, which was removed."""
    ledger = ledger_of(catalog.person("rosa"), days=[0])
    key = next(iter(ledger.statement())).key
    copy = ledger.free_key(f"{key}:again")
    first = ledger.repeat(key, copy)
    ledger.remove(copy)

    second = ledger.repeat(key, ledger.free_key(f"{key}:again"))

    assert second != first
    assert ledger.removed_ids == (first,)


def change(ledger: Ledger, data: st.DataObject) -> None:
    """Draw a change of any kind, and apply it to any row."""
    rows = list(ledger.statement())
    row = data.draw(st.sampled_from(rows), label="row") if rows else None
    kinds: dict[str, Any] = {
        "amend": lambda key: ledger.amend(key, amount="-77.77"),
        "remove": ledger.remove,
        "repeat": lambda key: ledger.repeat(key, ledger.free_key(f"{key}:again")),
        "post": lambda key: ledger.post(key, at=datetime(2026, 3, 2, 11, 58, tzinfo=EAST_COAST)),
    }
    names = ["amend", "remove", "repeat", *(["post"] if row is not None and row.status == "PENDING" else [])]
    name = data.draw(st.sampled_from(names), label="kind")
    kinds[name](row.key) if row is not None else None


@EXAMPLES
@given(people, st.lists(st.integers(0, 60), min_size=1, max_size=5))
def test_rows_depend_only_on_the_time(person: Person, read_days: list[int]) -> None:
    """Earlier reads have no influence in any order, and old rows do not change. Source: data.changes"""
    today = [0]
    ledger = ledger_of(person, days=today)
    lists = []
    for days in read_days:
        today[0] = days
        lists.append(list(ledger.statement()))

    assert lists == [list(ledger_of(person, days=[days]).statement()) for days in read_days]
    early, late = (lists[read_days.index(choose(read_days))] for choose in (min, max))
    late_by_key = {row.key: row for row in late}
    assert all(late_by_key[row.key] == row for row in early if row.status == "POSTED")


@EXAMPLES
@given(people, days_passed)
def test_rows_have_times_of_the_east_coast(person: Person, days: int) -> None:
    """Rows are posted at the hours of their movement on their day; interest and fees in the night."""
    for row in ledger_of(person, days=[days]).statement().where(status="POSTED"):
        at = datetime.fromisoformat(row.posting_date_time or "").astimezone(EAST_COAST)
        hours = range(1, 5) if row.type.startswith(("INTEREST", "FEE")) else range(4, 21)
        assert at.hour in hours
        if ":pending:" not in row.key:
            account, number, ago = row.key.split(".")[0].split(":")
            move = next(spec.moves[int(number)] for spec in person.accounts if spec.key == account)
            assert at.date() == posting_day(person, move, int(ago))


def test_lists_of_several_consents_are_joined() -> None:
    """They are joined in order, with each row once. Source: data.order"""
    move = Movement(amount="-1.00", every_days=2, merchant="m", description="d")
    first = Person(
        name="p", given_name="P", family_name="Q", email="p@example.com", phone="+61491570156", why="w",
        accounts=(AccountSpec(key="a", name="A", moves=(move,), pending=2),),
    )  # fmt: skip
    second = msgspec.structs.replace(first, email="q@example.com")
    statements = [ledger_of(person, days=[9]).statement() for person in (first, second)]

    joined = Statement.joined(statements)

    rows = list(joined)
    assert len(rows) == sum(map(len, statements))
    assert [(row.status, row.posting_date_time or row.execution_date_time or "") for row in rows] == in_order(rows)
