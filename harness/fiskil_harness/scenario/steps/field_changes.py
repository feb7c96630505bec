"""The steps that change every field of rows at the institution between two syncs, or remove optional fields."""

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from fiskil_harness.core.model.rows import Transaction
from fiskil_harness.core.randomness import stream
from fiskil_harness.errors import StepError
from fiskil_harness.sandbox.bank.categories import taxonomy
from fiskil_harness.sandbox.bank.days import stamp
from fiskil_harness.scenario.steps.energy_changes import change_rows
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.sandbox.bank.ledger import Ledger
    from fiskil_harness.scenario.stage import Stage

ACCOUNT_FIELDS = (
    "display_name",
    "nickname",
    "masked_number",
    "product_name",
    "product_category",
    "bundle_name",
)
"""The fields of an account that change. Its ids and its open status stay."""

CATEGORIES, TYPES = ("TRANS_AND_SAVINGS_ACCOUNTS", "TERM_DEPOSITS"), ("FEE", "TRANSFER_OUTGOING")
DATES = ("posting_date_time", "execution_date_time", "value_date_time")
"""Dates change together, because the API often serves the same time in all of them."""


class ChangeEveryField(Step, frozen=True, kw_only=True, tag="change_every_field"):
    """Every field of transactions and accounts changes at the institution, in one row each; the next sync shows it.

    At an energy retailer, fields of each dataset change.

    Each changed transaction has one new field, so an app that compares only some fields misses the others. The balances
    change with the amount. Ids, the status, and whether an account is open stay. Before the first sync, the step fills
    fields that are empty.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Change the newest posted transactions, and the accounts in turn.

        Raises:
            StepError: There is no consent yet, or the institution has fewer posted rows than fields.

        Source: data.changes
        """
        sandbox, consent = stage.fiskil.sandbox, stage.consent_of(stage.end_user(self.twin))
        household = sandbox.energy_ledger(consent)
        if household is not None:
            change_rows(household, consent, until=sandbox.clock.now().date(), seed=stage.seed)
            return
        ledger = sandbox.ledger(consent)
        _change_accounts(ledger, seed=stage.seed)
        changes = [_new_fields(names, seed=stage.seed) for names in _FIELDS]
        for row, change in zip(_newest_posted(ledger, len(changes)), changes, strict=True):
            ledger.amend(row.key, **change(row))


class RemoveFields(Step, frozen=True, kw_only=True, tag="remove_fields"):
    """Optional fields of transactions and accounts lose their values at the bank; the next sync no longer contains them.

    Each changed transaction loses one field, and every account its nickname and bundle. After ``ChangeEveryField`` these
    fields had values that no app can find elsewhere. Source: data.absent-fields

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Remove the fields from the transactions in which ``ChangeEveryField`` changed them.

        Raises:
            StepError: There is no consent yet, it is with an energy retailer, or the bank has fewer posted rows than fields.

        Source: data.changes
        """
        ledger = stage.fiskil.sandbox.ledger(stage.consent_of(stage.end_user(self.twin)))
        for key in ledger.accounts:
            ledger.amend_account(key, **dict.fromkeys(OPTIONAL_ACCOUNT_FIELDS, ""))
        rows = _newest_posted(ledger, len(_FIELDS))
        for name in OPTIONAL_FIELDS:
            ledger.amend(rows[_FIELDS.index(name)].key, **{name: None})


_FIELDS: tuple[str, ...] = (
    "amount",
    "description",
    "reference",
    "type",
    "merchant_name",
    "merchant_category_code",
    "category",
    "dates",
)
"""What changes in one transaction each. The dates are last, so that their change moves no other row."""


OPTIONAL_FIELDS = ("reference", "merchant_name", "merchant_category_code", "category")
"""Fields that a transaction may lack."""
OPTIONAL_ACCOUNT_FIELDS = ("nickname", "bundle_name")
"""Fields that an account may lack."""


def _newest_posted(ledger: "Ledger", count: int) -> list[Transaction]:
    rows = ledger.statement_newest_first().where(status="POSTED")
    if len(rows) < count:
        raise StepError(f"The institution has {len(rows)} posted rows; the step needs {count}.")
    return list(islice(rows, count))


def _new_fields(name: str, *, seed: int) -> Any:
    """Return a function that returns the changed fields of a transaction for the change *name*."""

    def fields(row: Transaction) -> dict[str, Any]:
        random = stream(seed, "change", row.key, name, str(getattr(row, name, "")))
        number = random.randrange(10**6)
        match name:
            case "amount":
                return {"amount": f"-{random.randrange(6000, 10000)}.{random.randrange(11, 100)}"}
            case "type":
                return {"type": next(kind for kind in TYPES if kind != row.type)}
            case "merchant_category_code":
                return {name: f"{9000 + number % 999}"}
            case "category":
                return {"category": _other_category(row)}
            case "dates":
                return {field: _a_day_earlier(getattr(row, field) or str(row.posting_date_time)) for field in DATES}
        return {name: f"CORRECTED {name.removesuffix('_name').upper()} {number:06d}"}

    return fields


def _change_accounts(ledger: "Ledger", *, seed: int) -> None:
    """Change one field after the other, in the accounts in turn."""
    accounts = list(ledger.accounts.items())
    for number, name in enumerate(ACCOUNT_FIELDS):
        key, account = accounts[number % len(accounts)]
        code = stream(seed, "change", key, name, str(getattr(account, name))).randrange(1000, 10000)
        match name:
            case "product_category":
                value = next(category for category in CATEGORIES if category != account.product_category)
            case "masked_number":
                value = f"xxxx{code}"
            case _:
                value = f"Renamed {name.replace('_', ' ')} {code}"
        ledger.amend_account(key, **{name: value})


def _other_category(row: Transaction) -> dict[str, str]:
    """Return a category with another primary category than that of *row*."""
    old = row.category or {}
    secondary = next(name for name, primary in taxonomy().items() if primary != old.get("primary_category"))
    return {**old, "primary_category": taxonomy()[secondary], "secondary_category": secondary}


def _a_day_earlier(instant: str) -> str:
    return stamp(datetime.fromisoformat(instant) - timedelta(days=1))
