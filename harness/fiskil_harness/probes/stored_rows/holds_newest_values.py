"""Does the app show what the latest sync says about rows that changed since an earlier one?"""

from typing import Any, ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal, Rows
from fiskil_harness.journal.queries.rows import (
    Place,
    at_work,
    effects_before,
    holds_value,
    last_effects,
    latest_rows,
    name_of_row,
    places,
    rows_read,
    why_not,
)
from fiskil_harness.probes.probe import PlainProbe

Changed = tuple[dict[str, Any], dict[str, Any]]


class HoldsNewestValues(PlainProbe, frozen=True, tag="holds_newest_values"):
    """Where a row changed between two syncs, its record in the app's state carries the new value, not the old one.

    Only fields that the record carried before the change are judged: an app keeps what it needs.
    """

    dataset: str = "transactions"

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("change", "close_account")
    expected: ClassVar[str] = "the values of the latest sync"
    source: ClassVar[str] = "data.changes"
    fix: ClassVar[str] = "update every column of a row whose fiskil_id is known already, each time it is read"

    def examine(self, journal: Journal) -> Finding:
        """Compare each changed field before the change and at the end."""
        rows, end = latest_rows(journal, self.dataset), last_effects(journal)
        reason, hook = why_not(journal, rows, self.dataset)
        if reason or rows is None or end is None:
            return self.inconclusive(reason, hook=hook)
        changed = _changed(journal, rows)
        if not changed or not end.is_idle:
            reason, hook = at_work(end) if changed else (f"no row of {self.dataset} changed between two syncs", "")
            return self.inconclusive(reason, hook=hook)
        before = effects_before(journal, rows.at_s)
        ids = [str(new["fiskil_id"]) for _, new in changed]
        earlier, now = places(before.state if before else None, ids), places(end.state, ids)
        stale: list[str] = []
        judged = 0
        for old, new in changed:
            fiskil_id = str(new["fiskil_id"])
            for field in _kept_fields(old, new, earlier[fiskil_id]):
                is_new, is_old = _shown(now[fiskil_id], new[field]), _shown(now[fiskil_id], old[field])
                judged += is_new or is_old
                if is_old and not is_new:
                    stale.append(f"{name_of_row(new)}: {field} is the old one")
        if stale:
            seen = f"changed {self.dataset} still show the old values after the app was told of a new sync"
            return self.fails(seen, evidence=tuple(sorted(stale)), examined=judged)
        if not judged:
            return self.inconclusive("the app's state shows no changed row by its fiskil_id", hook=EFFECTS)
        return self.passes(f"{judged} changed values are the newest", examined=judged)


def _changed(journal: Journal, rows: Rows) -> list[Changed]:
    """Each row that differs from its first appearance, with that appearance; only rows that the app asks for."""
    first: dict[str, dict[str, Any]] = {}
    for sync in journal.all(Rows):
        if (sync.dataset, sync.participant) == (rows.dataset, rows.participant):
            for row in sync.rows:
                first.setdefault(str(row["fiskil_id"]), row)
    asked = rows_read(journal, rows, since_s=rows.at_s)
    return [(first[str(row["fiskil_id"])], row) for row in asked if first[str(row["fiskil_id"])] != row]


def _kept_fields(old: dict[str, Any], new: dict[str, Any], earlier: list[Place]) -> list[str]:
    """The fields that changed and that the app's record carried before."""
    return [name for name, value in old.items() if value is not None and value != new.get(name) and _shown(earlier, value)]


def _shown(found: list[Place], value: Any) -> bool:
    return value is not None and any(holds_value(place.record, value) for place in found)
