"""What the institution knows about a person: accounts and movements, derived from the person's file and the seed.

A ledger belongs to one consent. Its rows change when a scenario says so; the API serves what the latest sync saw. Balances
are always the opening amount plus every POSTED movement.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from harness.ids import Mint, stream
from harness.model import Account, Balance, Person, Transaction
from harness.model.people import AccountSpec, Movement

CENT = Decimal("0.01")


class Ledger:
    """Accounts and transactions of one person, under the ids that one end user sees."""

    def __init__(
        self, person: Person, *, owner: str, arrangement_id: str, institution_id: str, mint: Mint, until: date
    ) -> None:
        """Derive every row.

        Args:
            owner: The end user id that salts the row ids: the same person under another end user has other ids.
            until: The last day of the history.
        """
        self._person = person
        self._owner = owner
        self._arrangement_id = arrangement_id
        self._institution_id = institution_id
        self._mint = mint
        self.accounts: dict[str, Account] = {spec.key: self._account(spec) for spec in person.accounts}
        self.transactions: dict[str, Transaction] = {}
        self._removed: list[str] = []
        for spec in person.accounts:
            for row in self._history(spec, until):
                self.transactions[row.key] = row

    def balance(self, account_key: str) -> Balance:
        """The balance of an account now. Source: data.balances-add-up"""
        spec = next(spec for spec in self._person.accounts if spec.key == account_key)
        account = self.accounts[account_key]
        current = Decimal(spec.opening)
        pending = Decimal(0)
        for row in self.transactions.values():
            if row.account_id != account.account_id:
                continue
            if row.status == "POSTED":
                current += Decimal(row.amount)
            else:
                pending += Decimal(row.amount)
        limit = Decimal(spec.credit_limit) if spec.credit_limit else Decimal(0)
        return Balance(
            fiskil_id=self._mint.row_id("bank_balance_", self._owner, account_key),
            account_id=account.account_id,
            arrangement_id=self._arrangement_id,
            institution_id=self._institution_id,
            current_balance=str(current.quantize(CENT)),
            available_balance=str((current + pending + limit).quantize(CENT)),
            credit_limit=spec.credit_limit,
        )

    def newest_first(self) -> list[Transaction]:
        """Every row as the API orders them: PENDING first, then by date, newest first. Source: data.order"""
        return sorted(self.transactions.values(), key=_newest_first)

    def amend(self, key: str, **changes: Any) -> None:
        """Change fields of the row called *key*."""
        self.transactions[key] = msgspec.structs.replace(self.transactions[key], **changes)

    def remove(self, key: str) -> str:
        """Let the row called *key* vanish and return its ``fiskil_id``."""
        row = self.transactions.pop(key)
        self._removed.append(row.fiskil_id)
        return row.fiskil_id

    @property
    def removed_ids(self) -> tuple[str, ...]:
        """The ``fiskil_id`` of every row that vanished."""
        return tuple(self._removed)

    def post(self, key: str, *, at: datetime) -> None:
        """Turn a PENDING row into a POSTED one with the same ``fiskil_id``. Source: data.pending-posted"""
        stamp = _stamp(at)
        self.amend(key, status="POSTED", posting_date_time=stamp, value_date_time=stamp)

    def repeat(self, key: str, copy: str) -> str:
        """Add a true twin of the row called *key*: equal in everything but its ids, and return its ``fiskil_id``."""
        row = self.transactions[key]
        twin = msgspec.structs.replace(
            row,
            key=copy,
            fiskil_id=self._mint.row_id("bank_tx_", self._owner, copy),
            transaction_id=self._mint.row_id("txn-", self._owner, copy)[:36],
        )
        self.transactions[copy] = twin
        return twin.fiskil_id

    def _account(self, spec: AccountSpec) -> Account:
        chance = stream(self._mint.seed, "account", self._person.email, spec.key)
        account_number = self._mint.digits(9, self._owner, f"{spec.key}:number")
        return Account(
            key=spec.key,
            fiskil_id=self._mint.row_id("bank_account_", self._owner, spec.key),
            account_id=self._mint.digits(10, self._owner, spec.key),
            arrangement_id=self._arrangement_id,
            institution_id=self._institution_id,
            display_name=spec.name,
            masked_number="xxxxx" + account_number[-4:],
            account_number=account_number,
            bsb=f"{chance.choice((12, 62, 73, 88))}{chance.randrange(10)}-{chance.randrange(1000):03d}",
            product_name=spec.product,
            product_category=spec.category,
            creation_date=f"{chance.randrange(2005, 2022)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
        )

    def _history(self, spec: AccountSpec, until: date) -> list[Transaction]:
        rows: list[Transaction] = []
        for number, move in enumerate(spec.moves):
            chance = stream(self._mint.seed, "moves", self._person.email, spec.key, number)
            for days_ago in range(move.first_day, self._person.history_days, move.every_days):
                amount = _vary(Decimal(move.amount), move.varies_percent, chance.random())
                minute = chance.randrange(7 * 60, 21 * 60)
                key = f"{spec.key}:{number}:{days_ago}"
                rows.append(self._row(key, spec, move, amount, until - timedelta(days=days_ago + 1), minute))
        for number in range(spec.pending):
            move = spec.moves[number % len(spec.moves)]
            chance = stream(self._mint.seed, "pending", self._person.email, spec.key, number)
            amount = _vary(Decimal(move.amount), move.varies_percent, chance.random())
            key = f"{spec.key}:pending:{number}"
            rows.append(self._pending(self._row(key, spec, move, amount, until, 9 * 60), has_date=number % 2 == 1))
        return rows

    def _row(self, key: str, spec: AccountSpec, move: Movement, amount: Decimal, day: date, minute: int) -> Transaction:
        stamp = f"{day.isoformat()}T{minute // 60:02d}:{minute % 60:02d}:00Z"
        return Transaction(
            key=key,
            fiskil_id=self._mint.row_id("bank_tx_", self._owner, key),
            transaction_id=self._mint.row_id("txn-", self._owner, key)[:36],
            account_id=self.accounts[spec.key].account_id,
            arrangement_id=self._arrangement_id,
            institution_id=self._institution_id,
            amount=str(amount),
            description=move.description,
            status="POSTED",
            type="PAYMENT" if amount < 0 else "TRANSFER_INCOMING",
            posting_date_time=stamp,
            execution_date_time=stamp,
            value_date_time=stamp,
            merchant_name=move.merchant,
            merchant_category_code=move.mcc,
            category={
                "primary_category": move.category.split(":")[0],
                "secondary_category": move.category.replace(":", "_"),
                "confidence_level": "VERY_HIGH",
            },
            extended_data={"service": ""},
        )

    def _pending(self, row: Transaction, *, has_date: bool) -> Transaction:
        return msgspec.structs.replace(
            row,
            status="PENDING",
            description=f"Pending {row.description}",
            posting_date_time=None,
            value_date_time=None,
            execution_date_time=row.execution_date_time if has_date else None,
        )


def _newest_first(row: Transaction) -> tuple[bool, Any, str]:
    stamp = row.posting_date_time or row.execution_date_time or ""
    return (row.status != "PENDING", _Descending(stamp), row.key)


class _Descending(str):
    """Text that sorts backwards."""

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def _vary(amount: Decimal, percent: int, chance: float) -> Decimal:
    factor = Decimal(1) + Decimal(percent) * Decimal(str(round(chance * 2 - 1, 4))) / 100
    return (amount * factor).quantize(CENT)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:00Z")
