"""What a retailer knows about a person under one consent: their accounts there, each with everything behind it."""

from collections.abc import Iterable, Mapping

from harness.model.energy import EnergyPlan
from harness.model.energy_rows import EnergyRow
from harness.sandbox.energy_books import Books
from harness.sandbox.energy_holding import Holding


class EnergyLedger:
    """Accounts, meters, reads and bills of one person, under the ids that one end user sees."""

    def __init__(self, books: Books, plans: Mapping[str, EnergyPlan]) -> None:
        """Know the accounts; the rest waits until somebody asks. *plans* are every plan by its id."""
        self.person = books.person
        self.accounts: dict[str, Holding] = {
            spec.key: Holding(books, spec, plans[spec.plan_id]) for spec in books.person.energy
        }

    def account_id(self, key: str) -> str:
        """The id of the account called *key*."""
        return self.accounts[key].account_id

    def rows(self, dataset: str, keys: Iterable[str]) -> tuple[EnergyRow, ...]:
        """The rows of *dataset* for the accounts called *keys*."""
        return tuple(row for key in keys for row in getattr(self.accounts[key], dataset))
