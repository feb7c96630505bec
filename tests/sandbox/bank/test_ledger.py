"""Changes to a ledger between two syncs; a statement taken before a change stays as it was."""

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
    """Return Rosa's ledger."""
    return Ledger(
        catalog.person("rosa"),
        owner="eu_1",
        arrangement_id="an-arrangement",
        institution_id="88888",
        mint=Mint(seed=7, salt="salt"),
        until=NOON.date(),
    )


def first(ledger: Ledger, status: str) -> Transaction:
    return next(row for row in ledger.statement_newest_first() if row.status == status)


def current(ledger: Ledger) -> Decimal:
    return Decimal(ledger.balance("everyday").current_balance)


def test_amending_changes_the_row_and_the_balance(ledger: Ledger) -> None:
    """An amended row keeps its id, and the balance follows. Source: data.balances-add-up"""
    row, before = first(ledger, "POSTED"), current(ledger)

    ledger.amend(row.key, amount="-77.77", description="other")

    assert ledger.transactions[row.key].fiskil_id == row.fiskil_id
    assert current(ledger) == before - Decimal(row.amount) - Decimal("77.77")


def test_removing_a_row_records_its_id(ledger: Ledger) -> None:
    """The balance follows the removal, and the id is reported as removed. Source: data.balances-add-up"""
    row, before = first(ledger, "POSTED"), current(ledger)

    assert ledger.remove(row.key) == row.fiskil_id

    assert row.key not in ledger.transactions
    assert ledger.removed_ids == (row.fiskil_id,)
    assert current(ledger) == before - Decimal(row.amount)


def test_posting_keeps_the_id(ledger: Ledger) -> None:
    """A PENDING row becomes POSTED with a posting time, and counts only then. Source: data.pending-posted"""
    row, before = first(ledger, "PENDING"), current(ledger)

    ledger.post(row.key, at=NOON + timedelta(seconds=59))

    posted = ledger.transactions[row.key]
    assert (posted.fiskil_id, posted.status) == (row.fiskil_id, "POSTED")
    assert (posted.posting_date_time, posted.value_date_time) == ("2026-03-02T12:00:00Z", None)
    assert posted.description == row.description.removeprefix("Pending ")
    assert current(ledger) == before + Decimal(row.amount)


def test_a_repeated_row_differs_only_in_its_ids(ledger: Ledger) -> None:
    """A copy of a row has the same amount and time, and other ids."""
    row, before = first(ledger, "POSTED"), current(ledger)

    fiskil_id = ledger.repeat(row.key, f"{row.key}:again")

    twin = ledger.transactions[f"{row.key}:again"]
    assert (twin.fiskil_id, twin.amount, twin.posting_date_time) == (fiskil_id, row.amount, row.posting_date_time)
    assert len({row.fiskil_id, twin.fiskil_id}) == len({row.transaction_id, twin.transaction_id}) == 2
    assert current(ledger) == before + Decimal(row.amount)


@pytest.mark.parametrize("act", ["amend", "remove"])
def test_an_unknown_row_raises_an_error(ledger: Ledger, act: str) -> None:
    """Changing a row with an unknown key raises KeyError."""
    with pytest.raises(KeyError):
        getattr(ledger, act)("everyday:9:9")


@pytest.mark.parametrize("change", ["amend", "remove", "repeat", "post"])
def test_a_statement_taken_before_a_change_stays_the_same(ledger: Ledger, change: str) -> None:
    """A sync on a server thread does not see a change that the driver makes meanwhile."""
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
