"""A row changes at the institution between two syncs, in one of the ways in which rows change."""

import re
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Literal, get_args

from fiskil_harness.core.model.rows import Transaction
from fiskil_harness.core.randomness import stream
from fiskil_harness.errors import ConfigError, StepError, nearest
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.sandbox.bank.ledger import Ledger
    from fiskil_harness.scenario.stage import Stage

Kind = Literal["amend", "remove", "post", "repeat", "back_date", "arrive_late", "vanish"]
MOST_DAYS = 365
_AMOUNT = re.compile(r"-?[0-9]{1,16}\.[0-9]{2,}")
_OF_PENDING = ("post", "vanish")


class Change(PlainStep, frozen=True, kw_only=True, tag="change"):
    """The institution's rows change; the next sync shows it.

    ``amend`` gives a posted row this ``amount``, else one that no other row has, and a description of its own. ``remove``
    lets one vanish, ``repeat`` adds a true twin. ``back_date`` adds a row like it that is posted now and was made and valued
    ``days`` ago; ``arrive_late`` one whose posting time, too, lies so far back. ``post`` turns a pending row into a posted
    one, ``vanish`` lets it go unposted.

    ``nth`` counts from the newest; ``account`` (a key of the person's file) and ``merchant`` leave only their rows to count.
    """

    what: Kind
    nth: int = 0
    account: str = ""
    merchant: str = ""
    amount: str = ""
    days: int = 3
    twin: str = ""

    def check(self) -> None:
        """Refuse a kind that there is not, a row before the first, and a day that is not past or too long ago."""
        if self.what not in get_args(Kind):
            near = nearest(self.what, get_args(Kind))
            hint = f" Did you mean {near!r}?" if near else ""
            raise ConfigError(f"Change: no kind {self.what!r}.{hint} Known: {', '.join(get_args(Kind))}.")
        if self.nth < 0:
            raise ConfigError(f"Change: nth counts from 0, got {self.nth}.")
        if self.amount and (self.what != "amend" or not _AMOUNT.fullmatch(self.amount)):
            raise ConfigError(f"Change: only amend takes an amount, and one like -12.50, got {self.amount!r}.")
        if not 1 <= self.days <= MOST_DAYS:
            raise ConfigError(f"Change: days must be from 1 to {MOST_DAYS}, got {self.days}.")

    def perform(self, stage: "Stage") -> None:
        """Change the n-th fitting row, newest first.

        Source: data.pending-posted, data.changes
        """
        sandbox = stage.fiskil.sandbox
        ledger, now = sandbox.ledger(stage.consent_of(stage.participant(self.twin))), sandbox.clock.now()
        row = self._row(ledger)
        match self.what:
            case "amend":
                amendment = _amendment(stage.seed, row)
                ledger.amend(row.key, **amendment | ({"amount": self.amount} if self.amount else {}))
            case "remove" | "vanish":
                ledger.remove(row.key)
            case "post":
                ledger.post(row.key, at=now)
            case "repeat":
                ledger.repeat(row.key, ledger.free_key(f"{row.key}:again"))
            case "back_date" | "arrive_late":
                made = now - timedelta(days=self.days)
                posted = now if self.what == "back_date" else made
                ledger.repeat(row.key, ledger.free_key(f"{row.key}:{self.what}"), posted=posted, made=made)

    def _row(self, ledger: "Ledger") -> Transaction:
        status = "PENDING" if self.what in _OF_PENDING else "POSTED"
        if self.account and self.account not in ledger.accounts:
            raise StepError(_unknown("account", self.account, list(ledger.accounts)))
        merchants = sorted({move.merchant for spec in ledger.person.accounts for move in spec.moves})
        if self.merchant and self.merchant not in merchants:
            raise StepError(_unknown("merchant", self.merchant, merchants))
        wanted = [ledger.accounts[self.account].account_id] if self.account else []
        rows = ledger.newest_first().where(account_ids=wanted, status=status)
        fitting = (row for row in rows if self.merchant in {"", row.merchant_name})
        found = next(islice(fitting, self.nth, None), None)
        if found is None:
            count = sum(1 for row in rows if self.merchant in {"", row.merchant_name}) if self.merchant else len(rows)
            of = f" of {self.merchant}" if self.merchant else ""
            where = f" on {self.account!r}" if self.account else ""
            verb = self.what.replace("_", "-")
            raise StepError(f"There is no row {self.nth} to {verb}: the institution has {count} {status} rows{of}{where}.")
        return found


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = nearest(name, known)
    hint = f" Did you mean {near!r}?" if near else ""
    return f"Change: the end user has no {what} {name!r}.{hint} Known: {', '.join(known)}."


def _amendment(seed: int, row: Transaction) -> dict[str, str]:
    """An amount and a description that no other row has."""
    chance = stream(seed, "amend", row.key, row.amount)
    amount = f"-{chance.randrange(6000, 10000)}.{chance.randrange(11, 100)}"
    return {"amount": amount, "description": f"CORRECTED {chance.randrange(10**6):06d}"}
