"""Does the app show the latest values of rows that changed between two syncs?"""

from typing import Any

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Journal, Rows
from fiskil_harness.journal.queries.rows import (
    Place,
    holds_value,
    last_effects,
    latest_rows,
    name_of_row,
    places,
    rows_read,
    state_before,
    syncs,
    why_not_required,
    why_still_busy,
)
from fiskil_harness.probes.probe import Finding, PlainProbe

Changed = tuple[dict[str, Any], dict[str, Any]]


class HoldsNewestValues(PlainProbe, frozen=True, tag="holds_newest_values"):
    """Check that the app's state shows the new values of a row that changed between two syncs, not the old values.

    Only fields that the state showed before the change are judged, because an app stores only the fields that it needs.
    """

    dataset: str = "transactions"

    needs = (EFFECTS,)
    around = ("change", "close_account")
    expected = "the values of the latest sync"
    source = "data.changes"
    fix = "each time you read a row with a known fiskil_id, update every column of it"

    def examine(self, journal: Journal) -> Finding:
        """Compare the value of each changed field in the states before the change and at the end."""
        rows, end = latest_rows(journal, self.dataset), last_effects(journal)
        reason, hook = why_not_required(journal, rows, self.dataset)
        if reason or rows is None or end is None:
            return self.inconclusive(reason, hook=hook)
        changed = _changed(journal, rows)
        if not changed or not end.is_idle:
            reason, hook = why_still_busy(end) if changed else (f"no row of {self.dataset} changed between two syncs", "")
            return self.inconclusive(reason, hook=hook)
        ids = [str(new["fiskil_id"]) for _, new in changed]
        earlier, now = places(state_before(journal, rows.at_s), ids), places(end.state, ids)
        stale: list[str] = []
        judged = 0
        for old, new in changed:
            fiskil_id = str(new["fiskil_id"])
            for field in _kept_fields(old, new, earlier[fiskil_id]):
                is_new, is_old = _is_shown(now[fiskil_id], new[field]), _is_shown(now[fiskil_id], old[field])
                judged += is_new or is_old
                if is_old and not is_new:
                    stale.append(f"{name_of_row(new)}: {field} has the old value")
        if stale:
            observed = f"changed {self.dataset} still show the old values after the app was notified of a new sync"
            return self.fails(observed, evidence=tuple(sorted(stale)), examined=judged)
        if not judged:
            return self.inconclusive("the app's state contains no fiskil_id of a changed row", hook=EFFECTS)
        return self.passes(f"{judged} changed values are up to date", examined=judged)


def _changed(journal: Journal, rows: Rows) -> list[Changed]:
    """Return the first and the latest version of each changed row that the app's queries select."""
    first: dict[str, dict[str, Any]] = {}
    for row in (row for sync in syncs(journal, rows.dataset, rows.participant) for row in sync.rows):
        first.setdefault(str(row["fiskil_id"]), row)
    latest = rows_read(journal, rows, since_s=rows.at_s)
    return [(first[str(row["fiskil_id"])], row) for row in latest if first[str(row["fiskil_id"])] != row]


def _kept_fields(old: dict[str, Any], new: dict[str, Any], earlier: list[Place]) -> list[str]:
    """Return the names of the changed fields whose old values the app's state showed before the change."""
    return [
        name for name, value in old.items() if value is not None and value != new.get(name) and _is_shown(earlier, value)
    ]


def _is_shown(mentions: list[Place], value: Any) -> bool:
    return value is not None and any(holds_value(place.record, value) for place in mentions)
