"""Does the app no longer show rows that the institution has removed?"""

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, Journal, Rows
from fiskil_harness.journal.queries.api_calls import TOKEN_NOT_RENEWED, never_tried_to_renew
from fiskil_harness.journal.queries.rows import (
    Place,
    effects_before,
    last_effects,
    latest_rows,
    name_of_row,
    places,
    syncs,
    why_not_required,
    why_still_busy,
)
from fiskil_harness.journal.queries.unread_datasets import why_unread
from fiskil_harness.probes.probe import Finding, Probe


class DropsRemovedRows(Probe, frozen=True, tag="drops_removed_rows"):
    """Check that a row which the latest sync no longer contains is gone from the app's state, or is shown differently.

    An app may keep a removed row as history if the state marks it. FAIL requires a removed row that the state shows
    unchanged in the same list or field. Each end user whose rows were removed is judged, also if no row is left.
    """

    dataset: str = "transactions"

    needs = (EFFECTS,)
    around = ("change", "remove_rows", "close_account", "withdraw_sharing")
    expected = "only rows of the latest sync; removed rows are marked or left out"
    source = "data.changes"
    fix = "after a complete read, mark every stored row of the dataset that it did not contain as removed"

    def examine(self, journal: Journal) -> Finding:
        """Compare the removed rows in the states before their removal and at the end."""
        participants = {rows.participant for rows in journal.all(Rows) if rows.dataset == self.dataset and rows.removed_ids}
        findings = [self._examine_one(journal, participant) for participant in sorted(participants or {""})]
        return max(findings, key=lambda finding: finding.verdict.weight)

    def _examine_one(self, journal: Journal, participant: str) -> Finding:
        """Return the finding about one end user."""
        rows, end = latest_rows(journal, self.dataset, participant), last_effects(journal, participant)
        reason, hook = why_not_required(journal, rows, self.dataset, may_be_empty=True)
        if reason or rows is None or end is None:
            return self.inconclusive(reason, hook=hook)
        if not rows.removed_ids:
            return self.inconclusive(f"no row of {self.dataset} was removed between two syncs")
        if not end.is_idle:
            return self.inconclusive(*why_still_busy(end))
        return self._compare(journal, rows, end)

    def _compare(self, journal: Journal, rows: Rows, end: Effects) -> Finding:
        earlier = {fiskil_id: _places_while_active(journal, rows, fiskil_id) for fiskil_id in rows.removed_ids}
        examined = [fiskil_id for fiskil_id in rows.removed_ids if earlier[fiskil_id]]
        others = places(end.state, [str(row["fiskil_id"]) for row in rows.rows])
        if not examined or (others and not any(others.values())):
            reason, fact = why_unread(journal, rows.dataset, rows.end_user_id)
            lacks_ids = ("the app's state contains no fiskil_id of these rows", STATE)
            observed, hook = (reason, fact) if reason else lacks_ids
            return self.inconclusive(observed, hook=hook)
        now = places(end.state, examined)
        names = {str(row["fiskil_id"]): name_of_row(row) for sync in journal.all(Rows) for row in sync.rows}
        unchanged = sorted(
            names[fiskil_id] for fiskil_id in examined if now[fiskil_id] and _is_same(earlier[fiskil_id], now[fiskil_id])
        )
        if unchanged and never_tried_to_renew(journal, {rows.end_user_id}):
            return self.inconclusive(TOKEN_NOT_RENEWED)
        if unchanged:
            observed = f"{len(unchanged)} of {len(examined)} removed {self.dataset} still look active"
            return self.fails(observed, evidence=tuple(f"kept {name}" for name in unchanged))
        marked = sum(1 for fiskil_id in examined if now[fiskil_id])
        advice = (f"{marked} removed rows stay in the state with a mark",) if marked else ()
        observed = f"{len(examined)} removed {self.dataset} left the active view"
        return self.passes(observed, examined=len(examined), advice=advice)


def _places_while_active(journal: Journal, latest: Rows, fiskil_id: str) -> list[Place]:
    """Return the places of a row in the last state before the first sync without it; later states may show a mark."""
    removing = latest
    for sync in reversed(syncs(journal, latest.dataset, latest.participant)):
        if fiskil_id not in sync.removed_ids:
            break
        removing = sync
    before = effects_before(journal, removing.at_s, latest.participant)
    return places(before.state if before else None, [fiskil_id])[fiskil_id]


def _is_same(earlier: list[Place], now: list[Place]) -> bool:
    return len(earlier) == len(now) and all(place in now for place in earlier)
