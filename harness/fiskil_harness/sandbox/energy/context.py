"""What everything that a retailer writes down about a person has in common."""

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from fiskil_harness.core.model import Person
from fiskil_harness.sandbox.bank.rows_from_seed import View


class EnergyContext(Struct, frozen=True, kw_only=True):
    """Whose books these are, and whose ids they carry.

    ``began`` is the day on which the sandbox began, with months of reads and bills behind it; ``reading`` tells which
    reading of a doubtful clause rules.
    """

    view: View
    person: Person
    began: date
    retailer: str
    interpretation: Callable[[str], str]

    @property
    def seed(self) -> int:
        """The seed of every household."""
        return self.view.mint.seed

    def digits(self, length: int, name: str) -> str:
        """Digits that stand for *name*, the same at every call."""
        return self.view.mint.digits(length, self.view.owner, f"energy:{name}")

    def ids(self, prefix: str, key: str) -> dict[str, str]:
        """What every row carries."""
        return {
            "key": key,
            "fiskil_id": self.view.mint.row_id(prefix, self.view.owner, key),
            "arrangement_id": self.view.arrangement_id,
            "institution_id": self.view.institution_id,
        }
