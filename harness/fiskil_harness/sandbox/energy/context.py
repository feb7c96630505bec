"""The shared context of one person's energy records: ids, seed, first day and interpretations."""

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from fiskil_harness.core.model import Person
from fiskil_harness.sandbox.bank.rows_from_seed import View


class EnergyContext(Struct, frozen=True, kw_only=True):
    """The person and the retailer of energy records, and the ids that the records contain.

    ``began`` is the sandbox's first day, with months of reads and bills before it. ``bank_id`` is the institution whose
    account pays the bills. ``interpretation`` returns the
    interpretation chosen for a clause id.
    """

    view: View
    person: Person
    began: date
    retailer: str
    bank_id: str
    interpretation: Callable[[str], str]

    @property
    def seed(self) -> int:
        """Return the seed from which the energy data is generated."""
        return self.view.mint.seed

    def digits(self, length: int, name: str) -> str:
        """Return digits derived from *name*, the same at every call."""
        return self.view.mint.digits(length, self.view.owner, f"energy:{name}")

    def account_number(self, length: int, key: str) -> str:
        """Return the number of the account *key*: *length* digits, the same at every call."""
        return self.view.mint.account_number(length, self.view.owner, f"energy:{key}")

    def ids(self, prefix: str, key: str) -> dict[str, str]:
        """Return the fields that every row has: its key and ids."""
        return {
            "key": key,
            "fiskil_id": self.view.mint.row_id(prefix, self.view.owner, key),
            "arrangement_id": self.view.arrangement_id,
            "institution_id": self.view.institution_id,
        }
