"""Do rows that vanished at the institution leave the app's active view?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Journal, Rows
from fiskil_harness.journal.queries.rows import (
    Place,
    at_work,
    effects_before,
    last_effects,
    latest_rows,
    name_of_row,
    places,
    why_not,
)
from fiskil_harness.probes.probe import PlainProbe


class DropsRemovedRows(PlainProbe, frozen=True, tag="drops_removed_rows"):
    """A row that a later sync no longer has is gone from the app's state, or stands there as something else than before.

    The state is the app's active view. A row kept as history is fine, as long as it does not look like an active one: the
    witness is a removed row that stands where it stood, unchanged.
    """

    dataset: str = "transactions"

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("change", "close_account", "withdraw_sharing")
    expected: ClassVar[str] = "rows of the latest sync only; removed ones marked or left out"
    source: ClassVar[str] = "data.changes"
    fix: ClassVar[str] = "after a walk to the end, mark every row of that dataset that the walk did not bring as removed"

    def examine(self, journal: Journal) -> Finding:
        """Compare where removed rows stand with where they stood."""
        rows, end = latest_rows(journal, self.dataset), last_effects(journal)
        reason, hook = why_not(journal, rows, self.dataset)
        if reason or rows is None or end is None:
            return self.inconclusive(reason, hook=hook)
        if not rows.removed_ids:
            return self.inconclusive(f"no row of {self.dataset} was removed between two syncs")
        if not end.is_idle:
            reason, hook = at_work(end)
            return self.inconclusive(reason, hook=hook)
        return self._compare(journal, rows, end)

    def _compare(self, journal: Journal, rows: Rows, end: Effects) -> Finding:
        before = effects_before(journal, rows.at_s)
        stood = places(before.state if before else None, rows.removed_ids)
        known = [fiskil_id for fiskil_id in rows.removed_ids if stood[fiskil_id]]
        others = places(end.state, [str(row["fiskil_id"]) for row in rows.rows])
        if not known or not any(others.values()):
            return self.inconclusive("the app's state shows no row by its fiskil_id", hook=EFFECTS)
        now = places(end.state, known)
        names = {str(row["fiskil_id"]): name_of_row(row) for sync in journal.all(Rows) for row in sync.rows}
        kept = sorted(names[text] for text in known if now[text] and _is_same(stood[text], now[text]))
        if kept:
            seen = f"{len(kept)} of {len(known)} removed {self.dataset} still look like active ones"
            return self.fails(seen, evidence=tuple(f"kept {name}" for name in kept), examined=len(known))
        marked = sum(1 for text in known if now[text])
        advice = (f"{marked} removed rows stay in the state with a mark",) if marked else ()
        return self.passes(f"{len(known)} removed {self.dataset} left the active view", examined=len(known), advice=advice)


def _is_same(stood: list[Place], now: list[Place]) -> bool:
    return len(stood) == len(now) and all(place in now for place in stood)
