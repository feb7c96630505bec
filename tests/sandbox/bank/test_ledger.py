"""A ledger changes between two syncs, and a sync that reads meanwhile sees a whole one."""

from datetime import timedelta
from decimal import Decimal

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Transaction
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.ledger import Ledger
from tests.sandbox.still import NOON


@pytest.fixture
def ledger() -> Ledger:
    """Rosa's."""
    return Ledger(
        catalog.person("rosa"),
        owner="eu_1",
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=Mint(seed=7, salt="salt"),
        until=NOON.date(),
    )


def first(ledger: Ledger, status: str) -> Transaction:
    return next(row for row in ledger.newest_first() if row.status == status)


def current(ledger: Ledger) -> Decimal:
    return Decimal(ledger.balance("everyday").current_balance)


def test_amending_changes_the_row_and_the_balance(ledger: Ledger) -> None:
    """Ids stay. Source: data.balances-add-up"""
    row, before = first(ledger, "POSTED"), current(ledger)

    ledger.amend(row.key, amount="-77.77", description="other")

    assert ledger.transactions[row.key].fiskil_id == row.fiskil_id
    assert current(ledger) == before - Decimal(row.amount) - Decimal("77.77")


def test_removing_takes_a_row_away_and_remembers_it(ledger: Ledger) -> None:
    """The balance follows, the id is told. Source: data.balances-add-up"""
    row, before = first(ledger, "POSTED"), current(ledger)

    assert ledger.remove(row.key) == row.fiskil_id

    assert row.key not in ledger.transactions
    assert ledger.removed_ids == (row.fiskil_id,)
    assert current(ledger) == before - Decimal(row.amount)


def test_posting_keeps_the_id(ledger: Ledger) -> None:
    """PENDING becomes POSTED with a posting time, and only then counts. Source: data.pending-posted"""
    row, before = first(ledger, "PENDING"), current(ledger)

    ledger.post(row.key, at=NOON + timedelta(seconds=59))

    posted = ledger.transactions[row.key]
    assert (posted.fiskil_id, posted.status) == (row.fiskil_id, "POSTED")
    assert posted.posting_date_time == posted.value_date_time == "2026-03-02T12:00:00Z"
    assert posted.description == row.description.removeprefix("Pending ")
    assert current(ledger) == before + Decimal(row.amount)


def test_a_true_twin_differs_in_its_ids_alone(ledger: Ledger) -> None:
    """Two coffees on one day are two rows."""
    row, before = first(ledger, "POSTED"), current(ledger)

    fiskil_id = ledger.repeat(row.key, f"{row.key}:again")

    twin = ledger.transactions[f"{row.key}:again"]
    assert (twin.fiskil_id, twin.amount, twin.posting_date_time) == (fiskil_id, row.amount, row.posting_date_time)
    assert len({row.fiskil_id, twin.fiskil_id}) == len({row.transaction_id, twin.transaction_id}) == 2
    assert current(ledger) == before + Decimal(row.amount)


@pytest.mark.parametrize("act", ["amend", "remove"])
def test_a_row_that_is_not_there_is_an_error(ledger: Ledger, act: str) -> None:
    """A scenario that names a wrong row hears of it."""
    with pytest.raises(KeyError):
        getattr(ledger, act)("everyday:9:9")


@pytest.mark.parametrize("change", ["amend", "remove", "repeat", "post"])
def test_whoever_reads_keeps_a_whole_table(ledger: Ledger, change: str) -> None:
    """A sync on the servers' thread that has begun to read sees nothing of a change in the driver's."""
    being_read = ledger.transactions
    before = dict(being_read)
    key = first(ledger, "PENDING").key
    changes = {
        "amend": lambda: ledger.amend(key, amount="-1.00"),
        "remove": lambda: ledger.remove(key),
        "repeat": lambda: ledger.repeat(key, f"{key}:again"),
        "post": lambda: ledger.post(key, at=NOON),
    }

    changes[change]()

    assert being_read == before
    assert ledger.transactions != before
