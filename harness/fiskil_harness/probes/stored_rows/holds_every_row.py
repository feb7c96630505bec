"""Does the app hold every row that the API served, and none twice?"""

from typing import Any, ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Journal, Rows
from fiskil_harness.journal.queries.retention import HISTORY, is_older_than_kept, left_out_on_purpose
from fiskil_harness.journal.queries.rows import (
    at_work,
    doubled,
    holds_value,
    last_effects,
    latest_rows,
    name_of_row,
    places,
    rows_read,
    why_not,
)
from fiskil_harness.probes.probe import PlainProbe


class HoldsEveryRow(PlainProbe, frozen=True, tag="holds_every_row"):
    """At the end the app's state shows every row of the latest sync that the app's own queries ask for, each once.

    Pending rows may be left out by an app that shows none at all, and rows older than the history it says it keeps.
    """

    dataset: str = "transactions"

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "every row of the latest sync, each once"
    source: ClassVar[str] = "paging.links"
    fix: ClassVar[str] = "walk links.next to the end and commit a dataset's rows in one transaction, keyed by fiskil_id"

    def examine(self, journal: Journal) -> Finding:
        """Compare ids in the state with ids served."""
        rows = latest_rows(journal, self.dataset)
        end = last_effects(journal, rows.participant if rows else "")
        reason, hook = why_not(journal, rows, self.dataset)
        if reason or rows is None or end is None:
            return self.inconclusive(reason, hook=hook)
        asked = {str(row["fiskil_id"]): row for row in rows_read(journal, rows)}
        left_out = left_out_on_purpose(journal, rows, asked)
        wanted = {fiskil_id: row for fiskil_id, row in asked.items() if fiskil_id not in left_out}
        found = places(end.state, wanted)
        missing = [row for fiskil_id, row in wanted.items() if not found[fiskil_id]]
        if missing:
            return self._missing(journal, rows, wanted, missing)
        twice = [wanted[fiskil_id] for fiskil_id in doubled(found)]
        if twice:
            seen = f"{len(twice)} of {len(wanted)} {self.dataset} are held more than once"
            return self.fails(seen, evidence=_names("doubled", twice), examined=len(wanted))
        advice = (f"{len(left_out)} {self.dataset} are left out, as it seems on purpose",) if left_out else ()
        return self.passes(f"all {len(wanted)} {self.dataset} are held, each once", examined=len(wanted), advice=advice)

    def _missing(
        self, journal: Journal, rows: Rows, wanted: dict[str, dict[str, Any]], missing: list[dict[str, Any]]
    ) -> Finding:
        end = last_effects(journal, rows.participant)
        if end is not None and not end.is_idle:
            reason, hook = at_work(end)
            return self.inconclusive(reason, hook=hook)
        if len(missing) == len(wanted):
            return self._by_absence(journal, rows, missing)
        if is_older_than_kept(journal, rows, missing, held=[row for row in wanted.values() if row not in missing]):
            return self.inconclusive(f"the {self.dataset} that are missing are all older than those held", hook=HISTORY)
        seen = f"{len(missing)} of {len(wanted)} {self.dataset} are missing from the app's state"
        return self.fails(seen, evidence=_names("missing", missing), examined=len(wanted))

    def _by_absence(self, journal: Journal, rows: Rows, wanted: list[dict[str, Any]]) -> Finding:
        """No id at all: the state may not show this dataset, so only one that has shown it before is a witness."""
        states = [effects.state for effects in journal.all(Effects) if effects.participant == rows.participant]
        ids = [str(row["fiskil_id"]) for row in wanted]
        if any(ones for state in states for ones in places(state, ids).values()):
            seen = f"{len(wanted)} of {len(wanted)} {self.dataset} are missing from the app's state"
            return self.fails(seen, evidence=_names("missing", wanted), examined=len(wanted))
        if any(holds_value(states[-1], row["amount"]) for row in wanted if "amount" in row):
            return self.inconclusive("the app's state carries no fiskil_id, so rows cannot be counted", hook=EFFECTS)
        return self.inconclusive(f"the app's state shows nothing of {len(wanted)} {self.dataset}", hook=EFFECTS)


def _names(what: str, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{what} {name}" for name in sorted(name_of_row(row) for row in rows))
