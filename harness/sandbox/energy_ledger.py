"""What a retailer knows about a person under one consent: their accounts there, each with everything behind it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import msgspec

from harness.model.energy import EnergyAccountSpec, EnergyPlan
from harness.model.energy_rows import EnergyRow
from harness.sandbox.energy_books import Books
from harness.sandbox.energy_calendar import month_before
from harness.sandbox.energy_holding import Holding


class EnergyLedger:
    """Accounts, meters, reads and bills of one person, under the ids that one end user sees."""

    def __init__(self, books: Books, plans: Mapping[str, EnergyPlan]) -> None:
        """Know the accounts; the rest waits until somebody asks. *plans* are every plan by its id."""
        self.person = books.person
        self.accounts: dict[str, Holding] = {
            spec.key: Holding(_until_its_end(books, spec), spec, plans[spec.plan_id]) for spec in books.person.energy
        }

    def account_id(self, key: str) -> str:
        """The id of the account called *key*."""
        return self.accounts[key].account_id

    def rows(self, dataset: str, keys: Iterable[str]) -> tuple[EnergyRow, ...]:
        """The rows of *dataset* for the accounts called *keys*."""
        return tuple(row for key in keys for row in getattr(self.accounts[key], dataset))


def _until_its_end(books: Books, spec: EnergyAccountSpec) -> Books:
    """The books of a contract that ended go on for four weeks, in which the last bill is sent and paid."""
    if not spec.ended_months_ago:
        return books
    return msgspec.structs.replace(books, until=month_before(books.until, spec.ended_months_ago) + timedelta(days=28))
