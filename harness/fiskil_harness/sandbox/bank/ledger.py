"""What the institution knows about a person under one consent.

Its rows come and go with the clock, and change when a scenario says so; the API serves what the latest sync saw. Balances
are the opening amount plus every POSTED movement, unless a reading counts PENDING ones too. Nothing is changed in place: a
statement that was taken, perhaps on the servers' thread, stays as it is.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from fiskil_harness.core.clauses import Choose, Interpretations
from fiskil_harness.core.model import Account, Balance, Person, Transaction
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox.bank.amounts import cents_of, money
from fiskil_harness.sandbox.bank.changes import Changes
from fiskil_harness.sandbox.bank.days import stamp
from fiskil_harness.sandbox.bank.holdings import AccountPeriod, AccountPeriods, Holdings
from fiskil_harness.sandbox.bank.rows_from_seed import View
from fiskil_harness.sandbox.bank.statement import Statement


class Ledger:
    """Accounts and transactions of one person, under the ids that one end user sees."""

    def __init__(
        self,
        person: Person,
        *,
        owner: str,
        arrangement_id: str,
        institution_id: str,
        mint: Mint,
        until: date,
        reading: Choose | None = None,
        passed: Callable[[datetime | None], int] | None = None,
        life: Callable[[AccountSpec], AccountPeriod] | None = None,
    ) -> None:
        """Derive accounts; rows are derived when they are asked for.

        Args:
            owner: The end user id that salts the row ids: the same person under another end user has other ids.
            until: The day that the history ends with.
            reading: Tells which reading of a doubtful clause rules (default: the best supported).
            passed: How many days have passed since then, now or at an instant (default: none ever do).
            life: Between which days something moves on an account (default: always).
        """
        self._reading = reading or Interpretations().of
        self._passed = passed or (lambda _at: 0)
        self._life = life or (lambda _spec: AccountPeriod(-person.history_days, None))
        self.person, self.until = person, until
        self._view = View(mint=mint, end_user_id=owner, institution_id=institution_id, arrangement_id=arrangement_id)
        self._holdings = Holdings(person, self._view, until=until)
        self._changes = Changes()
        self._taken: tuple[Changes, tuple[int, AccountPeriods, bool, bool], Statement] | None = None

    @property
    def accounts(self) -> dict[str, Account]:
        """By their keys in the person's file."""
        return self._holdings.accounts

    def today(self, at: datetime | None = None) -> date:
        """The day that the rows end with now, or at an instant."""
        return self.until + timedelta(days=self._passed(at))

    @property
    def transactions(self) -> Mapping[str, Transaction]:
        """Every row that there is now, by key."""
        statement = self.statement()
        return _ByKey(statement, partial(self._row_in, statement))

    def statement(self, at: datetime | None = None) -> Statement:
        """Every row that there is now, or at an instant, in the API's order."""
        days = self._passed(at)
        changes, taken = self._changes, self._taken
        read = days, self._lives(), self._is_new(days), self._some_vanish(days)
        if taken is None or taken[0] is not changes or taken[1] != read:
            made = changes.statement(self._holdings, days, read[1], is_new=read[2], some_vanish=read[3])
            self._taken = taken = changes, read, made
        return taken[2]

    def newest_first(self) -> Statement:
        """Every row as the API orders them."""
        return self.statement()

    def row(self, key: str) -> Transaction:
        """The row called *key* as it is now.

        Raises:
            KeyError: There is none.
        """
        return self._row_in(self.statement(), key)

    def _row_in(self, statement: Statement, key: str) -> Transaction:
        listed = next((row for row in (*statement.pending, *statement.posted.others) if row.key == key), None)
        if listed is not None:
            return listed
        turn, place = self._holdings.turn(key), self._holdings.place(key)
        if turn is not None:
            place = turn[0].place(turn[1], is_new=self._is_new(self._passed(None)))
        if place is None or not statement.posted.has(place):
            raise KeyError(key)
        return place.series.row(place.day, place.at)

    def balance(self, account_key: str, at: datetime | None = None) -> Balance:
        """The balance of an account now; of a home loan nothing is available. Source: data.balances-add-up"""
        spec = next(spec for spec in self.person.accounts if spec.key == account_key)
        account = self.accounts[account_key]
        held = self.statement(at).where(account_ids=(account.account_id,))
        current, pending = cents_of(spec.opening) + held.posted.cents(), held.pending_cents()
        available = current + pending + cents_of(spec.credit_limit or "0")
        if pending and self._reading("data.balances-add-up") == "with-pending":
            current += pending
        return Balance(
            fiskil_id=self._view.mint.row_id("bank_balance_", self._view.owner, account_key),
            account_id=account.account_id,
            arrangement_id=account.arrangement_id,
            institution_id=account.institution_id,
            current_balance=money(current),
            available_balance=money(0 if spec.category == "RESIDENTIAL_MORTGAGES" else available),
            credit_limit=spec.credit_limit,
        )

    def amend(self, key: str, **changes: Any) -> None:
        """Change fields of the row called *key*."""
        self.row(key)
        self._changes = self._changes.edited(key, changes)

    def remove(self, key: str) -> str:
        """Let the row called *key* vanish and return its ``fiskil_id``."""
        fiskil_id = self.row(key).fiskil_id
        self._changes = self._changes.without(key, fiskil_id)
        return fiskil_id

    def post(self, key: str, *, at: datetime) -> None:
        """Turn a PENDING row into a POSTED one, perhaps with another ``fiskil_id``. Source: data.pending-posted"""
        row = self.row(key)
        text = row.description.removeprefix("Pending ")
        changes = {"status": "POSTED", "description": text, "posting_date_time": stamp(at), "value_date_time": stamp(at)}
        if self._reading("data.pending-posted") == "new":
            self._changes = self._changes.telling_removed(row.fiskil_id)
            changes["fiskil_id"] = self._view.mint.row_id("bank_tx_", self._view.owner, f"{key} posted")
        self._changes = self._changes.edited(key, changes)

    def free_key(self, wanted: str) -> str:
        """*wanted*, or with a number behind it if a row was added under that key."""
        return self._changes.free_key(wanted)

    def repeat(self, key: str, copy: str, *, posted: datetime | None = None, made: datetime | None = None) -> str:
        """Add a true twin of the row called *key*: equal in everything but its ids; its ``fiskil_id``.

        Args:
            posted: When the twin was posted, if not when the row was.
            made: When it was made and valued, likewise.
        """
        mint, owner = self._view.mint, self._view.owner
        ids = {"fiskil_id": ("bank_tx_", 64), "transaction_id": ("txn-", 32)}
        minted = {name: mint.row_id(prefix, owner, copy, length=length) for name, (prefix, length) in ids.items()}
        times = {} if posted is None else {"posting_date_time": stamp(posted)}
        times |= {} if made is None else {"execution_date_time": stamp(made), "value_date_time": stamp(made)}
        twin = msgspec.structs.replace(self.row(key), key=copy, **minted, **times)
        self._changes = self._changes.with_row(twin)
        return twin.fiskil_id

    @property
    def removed_ids(self) -> tuple[str, ...]:
        """The ``fiskil_id`` of every row that vanished."""
        days = self._passed(None)
        is_new, some_vanish = self._is_new(days), self._some_vanish(days)
        by_clock = self._changes.let_go(self._holdings, days, self._lives(), is_new=is_new, some_vanish=some_vanish)
        return tuple(dict.fromkeys((*self._changes.removed, *by_clock)))

    def _lives(self) -> dict[str, AccountPeriod]:
        return {spec.key: self._life(spec) for spec in self.person.accounts}

    def _is_new(self, days: int) -> bool:
        """Whether a row that was posted by the clock has another id than before. Source: data.pending-posted"""
        has_posted = any(slot.posted(days) for slot in self._holdings.pending_by_key.values())
        return has_posted and self._reading("data.pending-posted") == "new"

    def _some_vanish(self, days: int) -> bool:
        """Whether rows that would have been posted by now vanished instead. Source: data.pending-vanishes"""
        slots = self._holdings.pending_by_key.values()
        is_due = any(slot.vanishes(turn) for slot in slots for turn in range(min(4, slot.posted(days))))
        return is_due and self._reading("data.pending-vanishes") == "some"


class _ByKey(Mapping[str, Transaction]):
    """The rows of a ledger by key; walking through them makes them."""

    def __init__(self, rows: Statement, row: Callable[[str], Transaction]) -> None:
        self._rows, self._row = rows, row

    def __getitem__(self, key: str) -> Transaction:
        return self._row(key)

    def __iter__(self) -> Iterator[str]:
        return (row.key for row in self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def values(self) -> Any:
        """The rows themselves, without finding each of them again."""
        return self._rows
