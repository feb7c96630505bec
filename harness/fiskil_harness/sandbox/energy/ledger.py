"""What a retailer knows about a person under one consent: their accounts there, each with everything behind it.

It grows with the days: reads, bills and payments are there from the morning after, and never change once they are.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from fiskil_harness.core.model.energy import EnergyPlan
from fiskil_harness.core.model.energy_rows import EnergyRow
from fiskil_harness.sandbox.energy.account import Holding
from fiskil_harness.sandbox.energy.account_as_of import AccountAsOf
from fiskil_harness.sandbox.energy.context import EnergyContext


class EnergyLedger:
    """Accounts, meters, reads and bills of one person, under the ids that one end user sees."""

    def __init__(self, books: EnergyContext, plans: Mapping[str, EnergyPlan]) -> None:
        """Know the accounts; the rest waits until somebody asks. *plans* are every plan by its id."""
        self.person = books.person
        self.accounts: dict[str, Holding] = {
            spec.key: Holding(books, spec, plans[spec.plan_id]) for spec in books.person.energy
        }
        self._latest: dict[str, AccountAsOf] = {}

    def account_id(self, key: str) -> str:
        """The id of the account called *key*."""
        return self.accounts[key].account_id

    def rows(self, dataset: str, keys: Iterable[str], *, until: date) -> tuple[EnergyRow, ...]:
        """The rows of *dataset* for the accounts called *keys*, as they stand on the morning of *until*."""
        return tuple(row for key in keys for row in getattr(self._standing(key, until), dataset))

    def _standing(self, key: str, until: date) -> AccountAsOf:
        latest = self._latest.get(key)
        if latest is None or latest.until != until:
            latest = self._latest[key] = AccountAsOf(self.accounts[key], until)
        return latest
