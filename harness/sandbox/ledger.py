"""What the institution knows about a person under one consent.

Its rows change when a scenario says so; the API serves what the latest sync saw. Balances are the opening amount plus every
POSTED movement, unless a reading counts PENDING ones too. Tables are replaced and never changed in place: a sync on the
servers' thread reads whole ones.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from harness.ids import Mint
from harness.model import Account, Balance, Person, Transaction
from harness.readings import Ask, Readings
from harness.sandbox.history import CENT, View, account_of, movements_of, stamp


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
        reading: Ask | None = None,
    ) -> None:
        """Derive every row.

        Args:
            owner: The end user id that salts the row ids: the same person under another end user has other ids.
            until: The day that the history ends with.
            reading: Tells which reading of a doubtful clause rules (default: the best supported).
        """
        self._reading = reading or Readings().of
        self.person, self.until = person, until
        self._view = View(mint=mint, end_user_id=owner, institution_id=institution_id, arrangement_id=arrangement_id)
        self.accounts: dict[str, Account] = {spec.key: account_of(self._view, person, spec) for spec in person.accounts}
        self.transactions: dict[str, Transaction] = {
            row.key: row
            for spec in person.accounts
            for row in movements_of(self._view, person, spec, self.accounts[spec.key], until=until)
        }
        self._removed: list[str] = []

    def balance(self, account_key: str) -> Balance:
        """The balance of an account now; of a home loan nothing is available. Source: data.balances-add-up"""
        spec = next(spec for spec in self.person.accounts if spec.key == account_key)
        account = self.accounts[account_key]
        rows = [row for row in self.transactions.values() if row.account_id == account.account_id]
        current = Decimal(spec.opening) + _sum(row for row in rows if row.status == "POSTED")
        pending = _sum(row for row in rows if row.status == "PENDING")
        available = current + pending + Decimal(spec.credit_limit or 0)
        if pending and self._reading("data.balances-add-up") == "with-pending":
            current += pending
        if spec.category == "RESIDENTIAL_MORTGAGES":
            available = Decimal(0)
        return Balance(
            fiskil_id=self._view.mint.row_id("bank_balance_", self._view.owner, account_key),
            account_id=account.account_id,
            arrangement_id=account.arrangement_id,
            institution_id=account.institution_id,
            current_balance=str(current.quantize(CENT)),
            available_balance=str(available.quantize(CENT)),
            credit_limit=spec.credit_limit,
        )

    def newest_first(self) -> list[Transaction]:
        """Every row as the API orders them."""
        return newest_first(self.transactions.values())

    def amend(self, key: str, **changes: Any) -> None:
        """Change fields of the row called *key*."""
        self._put(msgspec.structs.replace(self.transactions[key], **changes))

    def remove(self, key: str) -> str:
        """Let the row called *key* vanish and return its ``fiskil_id``."""
        row = self.transactions[key]
        self.transactions = {one: kept for one, kept in self.transactions.items() if one != key}
        self._removed.append(row.fiskil_id)
        return row.fiskil_id

    @property
    def removed_ids(self) -> tuple[str, ...]:
        """The ``fiskil_id`` of every row that vanished."""
        return tuple(self._removed)

    def post(self, key: str, *, at: datetime) -> None:
        """Turn a PENDING row into a POSTED one, perhaps with another ``fiskil_id``. Source: data.pending-posted"""
        text = self.transactions[key].description.removeprefix("Pending ")
        changes = {"status": "POSTED", "description": text, "posting_date_time": stamp(at), "value_date_time": stamp(at)}
        if self._reading("data.pending-posted") == "new":
            self._removed.append(self.transactions[key].fiskil_id)
            changes["fiskil_id"] = self._view.mint.row_id("bank_tx_", self._view.owner, f"{key} posted")
        self.amend(key, **changes)

    def repeat(self, key: str, copy: str) -> str:
        """Add a true twin of the row called *key*: equal in everything but its ids, and return its ``fiskil_id``."""
        mint, owner = self._view.mint, self._view.owner
        twin = msgspec.structs.replace(
            self.transactions[key],
            key=copy,
            fiskil_id=mint.row_id("bank_tx_", owner, copy),
            transaction_id=mint.row_id("txn-", owner, copy, length=32),
        )
        self._put(twin)
        return twin.fiskil_id

    def _put(self, row: Transaction) -> None:
        self.transactions = {**self.transactions, row.key: row}


def newest_first(rows: Iterable[Transaction]) -> list[Transaction]:
    """Rows as the API orders them: PENDING first, then by date, newest first. Source: data.order"""
    ordered = sorted(rows, key=lambda row: row.key)
    ordered.sort(key=lambda row: row.posting_date_time or row.execution_date_time or "", reverse=True)
    ordered.sort(key=lambda row: row.status != "PENDING")
    return ordered


def _sum(rows: Iterable[Transaction]) -> Decimal:
    return sum((Decimal(row.amount) for row in rows), Decimal(0))
