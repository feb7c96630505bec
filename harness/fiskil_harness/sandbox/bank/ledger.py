"""The institution's records of one person under one consent.

Rows appear and change with the clock, and when a scenario changes them; the API serves what the latest sync saw. A balance
is the opening amount plus every POSTED row, unless the interpretation counts PENDING rows too. A change never modifies an
existing statement, so a server thread can continue to read a statement that it requested earlier.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Choose, Interpretations
from fiskil_harness.core.model import Account, Balance, Institution, Person, Transaction
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
        interpretation: Choose | None = None,
        days_passed: Callable[[datetime | None], int] | None = None,
        period_of: Callable[[AccountSpec], AccountPeriod] | None = None,
        institutions: Mapping[str, Institution] | None = None,
    ) -> None:
        """Generate the accounts; rows are generated when they are requested.

        Args:
            owner: The end user id; row ids depend on it, so the same person has other ids under another end user.
            until: The day on which the history ends.
            interpretation: Returns the interpretation chosen for a clause id (default: the best supported).
            days_passed: Returns the number of days since *until*, now or at a given time (default: always 0).
            period_of: Returns the days on which an account gets rows (default: every day).
            institutions: Include the retailers whose bills the person pays (default: those of the fixtures).
        """
        self._interpretation = interpretation or Interpretations().of
        self._days_passed = days_passed or (lambda _at: 0)
        self._period_of = period_of or (lambda _spec: AccountPeriod(-person.history_days, None))
        self.person, self.until = person, until
        self._view = View(mint=mint, end_user_id=owner, institution_id=institution_id, arrangement_id=arrangement_id)
        known = catalog.institutions() if institutions is None else institutions
        self._holdings = Holdings(person, self._view, until=until, institutions=known)
        self._changes = Changes()
        self._account_changes: dict[str, dict[str, str]] = {}
        self._latest: tuple[Changes, tuple[int, AccountPeriods, bool, bool], Statement] | None = None

    @property
    def accounts(self) -> dict[str, Account]:
        """Return the accounts by their keys in the person's file."""
        changes = self._account_changes
        return {
            key: msgspec.structs.replace(account, **changes[key]) if key in changes else account
            for key, account in self._holdings.accounts.items()
        }

    def today(self, at: datetime | None = None) -> date:
        """Return the day of the latest possible rows, now or at the time *at*."""
        return self.until + timedelta(days=self._days_passed(at))

    @property
    def transactions(self) -> Mapping[str, Transaction]:
        """Return every row that exists now, by key."""
        statement = self.statement()
        return _RowsByKey(statement, partial(self._row_in, statement))

    def statement(self, at: datetime | None = None) -> Statement:
        """Return every row that exists now, or that existed at the time *at*, in the API's order."""
        days = self._days_passed(at)
        changes, latest = self._changes, self._latest
        interpreted = days, self._account_periods(), self._is_new(days), self._some_vanish(days)
        if latest is None or latest[0] is not changes or latest[1] != interpreted:
            statement = changes.statement(
                self._holdings, days, interpreted[1], is_new=interpreted[2], some_vanish=interpreted[3]
            )
            self._latest = latest = changes, interpreted, statement
        return latest[2]

    def statement_newest_first(self) -> Statement:
        """Return every row that exists now, in the API's order: PENDING rows, then POSTED rows, newest first."""
        return self.statement()

    def row(self, key: str) -> Transaction:
        """Return the row *key* as it is now.

        Raises:
            KeyError: No row has this key.
        """
        return self._row_in(self.statement(), key)

    def _row_in(self, statement: Statement, key: str) -> Transaction:
        listed = next((row for row in (*statement.pending, *statement.posted.extra) if row.key == key), None)
        if listed is not None:
            return listed
        turn, place = self._holdings.turn(key), self._holdings.place(key)
        if turn is not None:
            place = turn[0].place(turn[1], is_new=self._is_new(self._days_passed(None)))
        if place is None or not statement.posted.has(place):
            raise KeyError(key)
        return place.series.row(place.day, place.at)

    def balance(self, account_key: str, at: datetime | None = None) -> Balance:
        """Return the balance of an account; a home loan has no available balance. Source: data.balances-add-up"""
        spec = next(spec for spec in self.person.accounts if spec.key == account_key)
        account = self.accounts[account_key]
        rows = self.statement(at).where(account_ids=(account.account_id,))
        current, pending = cents_of(spec.opening) + rows.posted.cents(), rows.pending_cents()
        available = current + pending + cents_of(spec.credit_limit or "0")
        if pending and self._interpretation("data.balances-add-up") == "with-pending":
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

    def amend_account(self, key: str, **changes: str) -> None:
        """Change fields of the account *key*, such as ``display_name``; an empty text removes an optional field."""
        self._account_changes = {**self._account_changes, key: {**self._account_changes.get(key, {}), **changes}}

    def amend(self, key: str, **changes: Any) -> None:
        """Change fields of the row *key*."""
        self.row(key)
        self._changes = self._changes.edited(key, changes)

    def remove(self, key: str) -> str:
        """Remove the row *key* and return its ``fiskil_id``."""
        fiskil_id = self.row(key).fiskil_id
        self._changes = self._changes.without(key, fiskil_id)
        return fiskil_id

    def post(self, key: str, *, at: datetime) -> None:
        """Turn a PENDING row into a POSTED one, perhaps with another ``fiskil_id``. Source: data.pending-posted"""
        row = self.row(key)
        description = row.description.removeprefix("Pending ")
        changes = {"status": "POSTED", "description": description, "posting_date_time": stamp(at)}
        if self._interpretation("data.pending-posted") == "new":
            self._changes = self._changes.with_removed_id(row.fiskil_id)
            changes["fiskil_id"] = self._view.mint.row_id("bank_tx_", self._view.owner, f"{key} posted")
        self._changes = self._changes.edited(key, changes)

    def free_key(self, wanted: str) -> str:
        """Return *wanted* as a key for a new row, followed by a number if an added or edited row has that key."""
        return self._changes.free_key(wanted)

    def repeat(self, key: str, copy: str, *, posted: datetime | None = None, made: datetime | None = None) -> str:
        """Add a copy of the row *key* with ids of its own, and return the copy's ``fiskil_id``.

        Args:
            copy: The key of the copy.
            posted: The posting time of the copy (default: that of the row).
            made: The execution and value time of the copy (default: those of the row).
        """
        mint, owner = self._view.mint, self._view.owner
        minted = {
            "fiskil_id": mint.row_id("bank_tx_", owner, copy),
            "transaction_id": mint.transaction_id(owner, copy),
        }
        times = {} if posted is None else {"posting_date_time": stamp(posted)}
        times |= {} if made is None else {"execution_date_time": stamp(made), "value_date_time": stamp(made)}
        twin = msgspec.structs.replace(self.row(key), key=copy, **minted, **times)
        self._changes = self._changes.with_row(twin)
        return twin.fiskil_id

    @property
    def removed_ids(self) -> tuple[str, ...]:
        """Return each ``fiskil_id`` that no row has any longer, because the row disappeared or got another id."""
        days = self._days_passed(None)
        is_new, some_vanish = self._is_new(days), self._some_vanish(days)
        by_clock = self._changes.ids_lost_by_time(
            self._holdings, days, self._account_periods(), is_new=is_new, some_vanish=some_vanish
        )
        return tuple(dict.fromkeys((*self._changes.removed, *by_clock)))

    def _account_periods(self) -> dict[str, AccountPeriod]:
        return {spec.key: self._period_of(spec) for spec in self.person.accounts}

    def _is_new(self, days: int) -> bool:
        """Return True if rows that were posted as time passed have new ids. Source: data.pending-posted"""
        has_posted = any(slot.posted(days) for slot in self._holdings.pending_by_key.values())
        return has_posted and self._interpretation("data.pending-posted") == "new"

    def _some_vanish(self, days: int) -> bool:
        """Return True if some PENDING rows have disappeared by now instead of being posted. Source: data.pending-vanishes"""
        slots = self._holdings.pending_by_key.values()
        is_due = any(slot.vanishes(turn) for slot in slots for turn in range(min(4, slot.posted(days))))
        return is_due and self._interpretation("data.pending-vanishes") == "some"


class _RowsByKey(Mapping[str, Transaction]):
    """The rows of a ledger by key; a row is generated when it is read."""

    def __init__(self, rows: Statement, row: Callable[[str], Transaction]) -> None:
        self._rows, self._row = rows, row

    def __getitem__(self, key: str) -> Transaction:
        return self._row(key)

    def __iter__(self) -> Iterator[str]:
        return (row.key for row in self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def values(self) -> Any:
        """Return all rows in the API's order, without a lookup by key for each row."""
        return self._rows
