"""A retailer's records of one person under one consent: the person's accounts there, and all their data.

Reads, bills and payments of a day appear on the next morning, and change only if a scenario amends or removes them.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from fiskil_harness.core.model.energy import EnergyPlan
from fiskil_harness.core.model.energy_rows import EnergyRow
from fiskil_harness.sandbox.energy.account_as_of import AccountAsOf, SupplyAccount
from fiskil_harness.sandbox.energy.context import EnergyContext


class EnergyLedger:
    """Accounts, meters, reads and bills of one person, under the ids that one end user sees."""

    def __init__(self, context: EnergyContext, plans: Mapping[str, EnergyPlan]) -> None:
        """Generate the accounts; rows are generated when they are requested. *plans* contains every plan by its id."""
        self.person = context.person
        self.accounts: dict[str, SupplyAccount] = {
            spec.key: SupplyAccount(context, spec, plans[spec.plan_id]) for spec in context.person.energy
        }
        self._amendments: dict[str, dict[str, Any]] = {}
        self._removed: dict[str, str] = {}
        self._latest: dict[str, AccountAsOf] = {}

    def rows(self, dataset: str, keys: Iterable[str], *, until: date) -> tuple[EnergyRow, ...]:
        """Return the rows of *dataset* for the accounts *keys*, as of the morning of *until*."""
        rows = (row for key in keys for row in getattr(self._as_of(key, until), dataset))
        return tuple(self._amended(row) for row in rows if row.fiskil_id not in self._removed)

    def amend(self, fiskil_id: str, **fields: Any) -> None:
        """Change *fields* of the row *fiskil_id*, as if the retailer had corrected them."""
        self._amendments[fiskil_id] = {**self._amendments.get(fiskil_id, {}), **fields}

    def remove(self, dataset: str, fiskil_id: str) -> None:
        """Remove the row *fiskil_id* of *dataset*, as if the retailer had withdrawn it."""
        self._removed[fiskil_id] = dataset

    def removed_ids(self, dataset: str) -> tuple[str, ...]:
        """Return the ``fiskil_id`` of each removed row of *dataset*."""
        return tuple(fiskil_id for fiskil_id, name in self._removed.items() if name == dataset)

    def _amended(self, row: EnergyRow) -> EnergyRow:
        fields = self._amendments.get(row.fiskil_id)
        return msgspec.structs.replace(row, **fields) if fields else row

    def _as_of(self, key: str, until: date) -> AccountAsOf:
        latest = self._latest.get(key)
        if latest is None or latest.until != until:
            latest = self._latest[key] = AccountAsOf(self.accounts[key], until)
        return latest
