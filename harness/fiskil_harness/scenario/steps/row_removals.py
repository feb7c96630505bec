"""The step that removes rows at an energy retailer between two syncs."""

from typing import TYPE_CHECKING

from fiskil_harness.core.model.permission import all_of
from fiskil_harness.errors import ConfigError, StepError
from fiskil_harness.scenario.steps.step import Step, refuse_outside, unknown

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

ENERGY = all_of("energy")


class RemoveRows(Step, frozen=True, kw_only=True, tag="remove_rows"):
    """Rows of an energy dataset disappear at the retailer; the next sync no longer contains them.

    Args:
        dataset: The energy dataset, such as "usage".
        nth: Position of the row among those of the dataset; 0 is the newest. None means every row.
        twin: Name of the participant; "" means the scenario's end user.
    """

    dataset: str
    nth: int | None = 0
    twin: str = ""

    def check(self) -> None:
        """Validate the arguments.

        Raises:
            ConfigError: *dataset* is no energy dataset, or *nth* is negative.
        """
        if self.dataset not in ENERGY:
            raise ConfigError(unknown("RemoveRows: no energy dataset", self.dataset, ENERGY))
        if self.nth is not None:
            refuse_outside(self, "nth", 0)

    def perform(self, stage: "Stage") -> None:
        """Remove the rows.

        Raises:
            StepError: There is no consent yet, the consent is with a bank, or there are not enough rows.

        Source: data.changes
        """
        sandbox, consent = stage.fiskil.sandbox, stage.consent_of(stage.end_user(self.twin))
        household = sandbox.energy_ledger(consent)
        if household is None:
            raise StepError("RemoveRows: the consent is with a bank. Use Change(kind='remove') for its rows.")
        rows = household.rows(self.dataset, consent.account_keys, until=sandbox.clock.now().date())
        if self.nth is not None and self.nth >= len(rows):
            raise StepError(f"There is no row {self.nth} to remove: the retailer has {len(rows)} rows of {self.dataset}.")
        for row in rows if self.nth is None else rows[-1 - self.nth :][:1]:
            household.remove(self.dataset, row.fiskil_id)
