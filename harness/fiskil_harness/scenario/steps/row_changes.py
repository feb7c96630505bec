"""The step that changes a row at the institution between two syncs."""

import re
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Literal, get_args

from fiskil_harness.core.model.rows import Transaction
from fiskil_harness.core.randomness import stream
from fiskil_harness.errors import ConfigError, StepError
from fiskil_harness.scenario.steps.step import Step, refuse_outside, unknown

if TYPE_CHECKING:
    from fiskil_harness.sandbox.bank.ledger import Ledger
    from fiskil_harness.scenario.stage import Stage

Kind = Literal["amend", "reverse", "remove", "post", "repeat", "back_date", "arrive_late", "arrive_today", "vanish", "clear"]
MOST_DAYS = 365
POSTED_AGO = timedelta(minutes=30)
"""Age of the row of "arrive_today", in real time: an app may read up to the present by its own clock, or a little less."""
_AMOUNT = re.compile(r"-?[0-9]{1,16}\.[0-9]{2,}")
_PENDING_ONLY = ("post", "vanish")


class Change(Step, frozen=True, kw_only=True, tag="change"):
    """A transaction changes at the institution; the next sync shows the change.

    Args:
        kind: The change. "amend" gives a posted row another amount and description; "reverse" turns a posted
            payment into money of the same amount that comes in. "remove" removes a posted row. "repeat" adds an equal row.
            "back_date" adds a similar row that is posted now and was made *days* ago; "arrive_late" adds one that was made
            and posted *days* ago, and "arrive_today" one that was made and posted half an hour ago in real time. "post"
            turns a pending row into a posted one; "vanish" removes a pending row. "clear" removes every row, so that the API
            returns an empty list.
        nth: Position of the row among the matching rows; 0 is the newest.
        account: Only rows of this account count: a key in the person's file; "" means all.
        merchant: Only rows of this merchant count; "" means all.
        amount: The new amount for "amend", such as "-12.50"; "" means one that no other row has.
        description: The new description for "amend"; "" means one that no other row has.
        days: Age of the new row for "back_date" and "arrive_late", from 1 to 365 days.
        twin: Name of the participant; "" means the scenario's end user.
    """

    kind: Kind
    nth: int = 0
    account: str = ""
    merchant: str = ""
    amount: str = ""
    description: str = ""
    days: int = 3
    twin: str = ""

    def check(self) -> None:
        """Validate the arguments.

        Raises:
            ConfigError: *kind* is unknown, *nth* is negative, *amount* is invalid, *days* is out of range, or *kind* takes
                no *amount* or *description*.
        """
        if self.kind not in get_args(Kind):
            raise ConfigError(unknown("Change: no kind", self.kind, get_args(Kind)))
        refuse_outside(self, "nth", 0)
        if self.amount and (self.kind != "amend" or not _AMOUNT.fullmatch(self.amount)):
            raise ConfigError(f"Change: only amend takes an amount, such as -12.50; got {self.amount!r} for {self.kind}.")
        if self.description and self.kind != "amend":
            raise ConfigError(f"Change: only amend takes a description; got {self.description!r} for {self.kind}.")
        refuse_outside(self, "days", 1, MOST_DAYS)

    def perform(self, stage: "Stage") -> None:
        """Change the n-th matching row, newest first.

        Raises:
            StepError: There is no consent yet, no such account or merchant, or no such row.

        Source: data.pending-posted, data.changes
        """
        sandbox = stage.fiskil.sandbox
        ledger, now = sandbox.ledger(stage.consent_of(stage.end_user(self.twin))), sandbox.clock.now()
        if self.kind == "clear":
            for key in [row.key for row in ledger.statement_newest_first()]:
                ledger.remove(key)
            return
        row = self._row(ledger)
        match self.kind:
            case "amend":
                given = {"amount": self.amount, "description": self.description}
                ledger.amend(row.key, **_amendment(stage.seed, row) | {name: text for name, text in given.items() if text})
            case "reverse":
                ledger.amend(row.key, amount=row.amount.removeprefix("-"))
            case "remove" | "vanish":
                ledger.remove(row.key)
            case "post":
                ledger.post(row.key, at=now)
            case "repeat":
                ledger.repeat(row.key, ledger.free_key(f"{row.key}:again"))
            case "arrive_today":
                posted_at = now - sandbox.clock.offset - POSTED_AGO
                ledger.repeat(row.key, ledger.free_key(f"{row.key}:arrive_today"), posted=posted_at, made=posted_at)
            case "back_date" | "arrive_late":
                made_at = now - timedelta(days=self.days)
                posted_at = now if self.kind == "back_date" else made_at
                ledger.repeat(row.key, ledger.free_key(f"{row.key}:{self.kind}"), posted=posted_at, made=made_at)

    def _row(self, ledger: "Ledger") -> Transaction:
        status = "PENDING" if self.kind in _PENDING_ONLY else "POSTED"
        if self.account and self.account not in ledger.accounts:
            raise StepError(unknown("Change: the end user has no account", self.account, ledger.accounts))
        merchants = sorted({move.merchant for spec in ledger.person.accounts for move in spec.moves})
        if self.merchant and self.merchant not in merchants:
            raise StepError(unknown("Change: the end user has no merchant", self.merchant, merchants))
        account_ids = [ledger.accounts[self.account].account_id] if self.account else []
        rows = ledger.statement_newest_first().where(account_ids=account_ids, status=status)
        is_payment_needed = self.kind == "reverse"
        matching = (
            row
            for row in rows
            if self.merchant in {"", row.merchant_name} and (not is_payment_needed or row.amount.startswith("-"))
        )
        row = next(islice(matching, self.nth, None), None)
        if row is None:
            count = sum(1 for row in rows if self.merchant in {"", row.merchant_name}) if self.merchant else len(rows)
            of = f" of {self.merchant}" if self.merchant else ""
            where = f" on {self.account!r}" if self.account else ""
            verb = self.kind.replace("_", "-")
            raise StepError(f"There is no row {self.nth} to {verb}: the institution has {count} {status} rows{of}{where}.")
        return row


def _amendment(seed: int, row: Transaction) -> dict[str, str]:
    """Return an amount and a description that no other row has."""
    random = stream(seed, "amend", row.key, row.amount)
    amount = f"-{random.randrange(6000, 10000)}.{random.randrange(11, 100)}"
    return {"amount": amount, "description": f"CORRECTED {random.randrange(10**6):06d}"}
