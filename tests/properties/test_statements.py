"""Statements against an eager list: whatever was described, passed and changed, each page, filter and sum is the list's."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.model import Person, Transaction
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.days import EAST_COAST, ceiling_of, floor_of
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.bank.pending_schedule import turns_of
from fiskil_harness.sandbox.bank.statement import Statement

UNTIL = date(2026, 3, 2)
# Small, so that every row is looked at; the steps of the clock cross both changes of the east coast's clocks.
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
passed = st.sampled_from([0, 1, 2, 3, 8, 40, 220])
interpretations = st.fixed_dictionaries(
    {"data.pending-posted": st.sampled_from(["kept", "new"]), "data.pending-vanishes": st.sampled_from(["none", "some"])}
)
SOUGHT = settings(deadline=None, database=None, max_examples=25)


def ledger_of(person: Person, *, days: list[int], chosen: dict[str, str] | None = None) -> Ledger:
    """A ledger for which days have passed as the one number in *days* says."""
    return Ledger(
        person,
        owner="eu_1",
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=Mint(seed=3, salt="salt"),
        until=UNTIL,
        reading=Interpretations(chosen).of,
        passed=lambda _at: days[0],
    )


def expected_keys(person: Person, days: int, *, some_vanish: bool) -> tuple[set[str], set[str]]:
    """Keys of PENDING and of POSTED rows, counted day by day."""
    pending: set[str] = set()
    posted: set[str] = set()
    for spec in person.accounts:
        slots = turns_of(spec)
        for number, move in enumerate(spec.moves):
            ends = 0 if number in {slot.move for slot in slots if slot.takes_over} else days
            for ago in range(-ends, person.history_days):
                if (ago - move.first_day) % move.every_days == 0:
                    posted |= {f"{spec.key}:{number}:{ago}" + (f".{at}" if at else "") for at in range(move.times_a_day)}
        for slot, turns in enumerate(slots):
            for turn, begins in enumerate(range(0, days + 1, turns.every_days)):
                key = f"{spec.key}:pending:{slot}" + (f":{turn}" if turn else "")
                if days < begins + turns.waits_days:
                    pending.add(key)
                elif not (some_vanish and (turn + slot) % 4 == 2):
                    posted.add(key)
    return pending, posted


def in_order(rows: Iterable[Transaction]) -> list[tuple[str, str]]:
    """What the order of the API looks at, of each row, in order."""
    return sorted(
        ((row.status, row.posting_date_time or row.execution_date_time or "") for row in rows),
        key=lambda pair: (pair[0] == "PENDING", pair[1]),
        reverse=True,
    )


@SOUGHT
@given(people, passed, interpretations)
def test_rows_are_those_of_every_day(person: Person, days: int, chosen: dict[str, str]) -> None:
    """No day is left out and none is invented; values, texts and single rows agree. Source: data.order"""
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


@SOUGHT
@given(people, passed, st.data())
def test_any_page_is_a_piece_of_the_list(person: Person, days: int, data: st.DataObject) -> None:
    """From wherever it begins, forwards, backwards and in steps. Source: paging.links"""
    statement = ledger_of(person, days=[days]).statement()
    rows = list(statement)
    start = data.draw(st.integers(-3, len(rows) + 3), label="start")
    stop = data.draw(st.integers(-3, len(rows) + 3), label="stop")

    assert list(statement[start:stop]) == rows[start:stop]
    assert msgspec.json.decode(statement[start:stop].wire) == [msgspec.json.decode(row.wire) for row in rows[start:stop]]
    assert list(statement[start:stop:3]) == rows[start:stop:3]


@SOUGHT
@given(people, passed, st.data())
def test_filters_leave_what_fits(person: Person, days: int, data: st.DataObject) -> None:
    """Account, category, status and times together. Source: data.time-filter, data.category-filter"""
    ledger = ledger_of(person, days=[days])
    rows = list(ledger.statement())
    account_ids = data.draw(
        st.sampled_from([(), *[(account.account_id,) for account in ledger.accounts.values()]]), label="accounts"
    )
    categories = data.draw(st.sampled_from([(), ("INCOME_SALARY",), ("FOOD_AND_DRINK_COFFEE", "NONE")]), label="categories")
    status = data.draw(st.sampled_from(["", "PENDING", "POSTED"]), label="status")
    moments = sorted(row.posting_date_time for row in rows if row.posting_date_time) or ["2026-02-01T00:00:00Z"]
    instants = st.none() | st.builds(
        lambda text, second: datetime.fromisoformat(text) + timedelta(seconds=second),
        st.sampled_from(moments),
        st.sampled_from([-1, 0, 1]),
    )
    since, until = data.draw(instants, label="since"), data.draw(instants, label="until")

    found = ledger.statement().where(
        account_ids=account_ids,
        categories=categories,
        status=status,
        since=ceiling_of(since) if since else None,
        until=floor_of(until) if until else None,
    )

    left = [row for row in rows if fits(row, account_ids, categories, status, since, until)]
    assert list(found) == left
    assert [found.position(row.fiskil_id) for row in left] == list(range(len(left)))
    assert {found.position(row.fiskil_id) for row in rows if row not in left} <= {None}


def fits(
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


@SOUGHT
@given(people, passed, interpretations, st.data())
def test_money_adds_up_whatever_changed(person: Person, days: int, chosen: dict[str, str], data: st.DataObject) -> None:
    """After changes and days current is opening and POSTED, available adds PENDING. Source: data.balances-add-up"""
    today = [days]
    ledger = ledger_of(person, days=today, chosen=chosen)
    untouched = {row.key: row for row in ledger.statement()}
    for _ in range(data.draw(st.integers(0, 5), label="changes")):
        change(ledger, data)
    today[0] += data.draw(st.sampled_from([0, 1, 5, 31]), label="later")

    rows = list(ledger.statement())

    for spec in person.accounts:
        mine = [row for row in rows if row.account_id == ledger.accounts[spec.key].account_id]
        posted, pending = (
            sum((Decimal(row.amount) for row in mine if row.status == status), Decimal(0))
            for status in ("POSTED", "PENDING")
        )
        balance = ledger.balance(spec.key)
        assert Decimal(balance.current_balance) == Decimal(spec.opening) + posted
        assert Decimal(balance.available_balance) == Decimal(spec.opening) + posted + pending
    assert [ledger.statement()[at] for at in range(len(rows))] == rows
    assert [ledger.statement().position(row.fiskil_id) for row in rows] == list(range(len(rows)))
    assert len({row.key for row in rows}) == len(rows)
    gone = {row.fiskil_id for row in untouched.values()} - {row.fiskil_id for row in rows}
    assert gone <= set(ledger.removed_ids)
    assert not {row.fiskil_id for row in rows} & set(ledger.removed_ids)


def change(ledger: Ledger, data: st.DataObject) -> None:
    """One change of any kind to any row that there is."""
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


@SOUGHT
@given(people, st.lists(st.integers(0, 60), min_size=1, max_size=5))
def test_rows_depend_on_the_instant_alone(person: Person, looks: list[int]) -> None:
    """However often and in whatever order somebody looked before; and old rows stay as they were. Source: data.changes"""
    today = [0]
    watched = ledger_of(person, days=today)
    seen = []
    for days in looks:
        today[0] = days
        seen.append(list(watched.statement()))

    assert seen == [list(ledger_of(person, days=[days]).statement()) for days in looks]
    early, late = (seen[looks.index(choose(looks))] for choose in (min, max))
    posted_late = {row.key: row for row in late}
    assert all(posted_late[row.key] == row for row in early if row.status == "POSTED")


@SOUGHT
@given(people, passed)
def test_days_are_the_east_coasts(person: Person, days: int) -> None:
    """By day from seven to nine in the evening, interest and fees in the night, on the day that the key says."""
    for row in ledger_of(person, days=[days]).statement().where(status="POSTED"):
        at = datetime.fromisoformat(row.posting_date_time or "").astimezone(EAST_COAST)
        hours = range(1, 5) if row.type.startswith(("INTEREST", "FEE")) else range(7, 21)
        assert at.hour in hours
        if ":pending:" not in row.key:
            ago = int(row.key.split(":")[2].split(".")[0])
            assert at.date() == UNTIL - timedelta(days=ago + 1)


def test_lists_of_several_consents_are_one_list() -> None:
    """Joined in order, each row once. Source: data.order"""
    move = Movement(amount="-1.00", every_days=2, merchant="m", description="d")
    one = Person(
        name="p", given_name="P", family_name="Q", email="p@example.com", phone="+61491570156", why="w",
        accounts=(AccountSpec(key="a", name="A", moves=(move,), pending=2),),
    )  # fmt: skip
    other = msgspec.structs.replace(one, email="q@example.com")
    parts = [ledger_of(person, days=[9]).statement() for person in (one, other)]

    joined = Statement.joined(parts)

    rows = list(joined)
    assert len(rows) == sum(map(len, parts))
    assert [(row.status, row.posting_date_time or row.execution_date_time or "") for row in rows] == in_order(rows)
