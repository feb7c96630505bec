"""Does the app's state show the rows of a complete read, even after a fault disturbed the latest read?"""

from collections.abc import Iterable, Mapping
from typing import Any

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import CallKey, bitten_by, call_key, covers, dataset_read, reads
from fiskil_harness.journal.queries.retention import dated
from fiskil_harness.journal.queries.rows import PENDING, STILL_BUSY, latest_rows, row_lines, shown, snapshots, syncs
from fiskil_harness.probes.probe import Finding, Probe

BREAKS = frozenset(
    {
        "BadJson",
        "CursorExpired",
        "CursorLoop",
        "EmptyResponse",
        "ErrorBody",
        "ErrorInside",
        "HtmlInside",
        "LimitBytes",
        "NextForeign",
        "Overlap",
        "PageRepeated",
        "RedirectCrossOrigin",
        "ResetPeer",
        "Status",
        "TruncatedJson",
    }
)
"""Faults that neither change rows nor end a list early; after other faults, a correct app may lack rows.

An empty page ends a list early: Fiskil documents that a list ends at a page without ``links.next``, or at an empty page.
"""

CURSORS = frozenset({"page[after]", "page[before]", "page[size]"})

Row = dict[str, Any]


class CommitsWholeWalks(Probe, frozen=True, tag="commits_whole_walks"):
    """Check that after a fault disturbed a read of several pages, the app's state shows the rows of one complete read.

    The app may show the rows of the previous read or those of the new one. Lists that the app reads with different queries
    may be from different reads. Three kinds of rows may be missing: rows that the app never shows; pending rows; and the
    oldest rows, if the app shows at least as many rows as before.
    """

    dataset: str = "transactions"

    needs = (EFFECTS,)
    expected = "the rows of the previous read, or all rows of the new one"
    source = "paging.links"
    fix = "collect all pages first and commit them in one transaction; if a page fails, keep the stored rows"

    def examine(self, journal: Journal) -> Finding:
        """Compare each state of the idle app after a fault with the complete reads that were possible until then."""
        latest = latest_rows(journal, self.dataset)
        if latest is None or not latest.rows:
            return self.inconclusive(f"the API served no {self.dataset}")
        bitten = [call for call in bitten_by(journal) if dataset_read(call) == self.dataset]
        if not bitten:
            return self.inconclusive(f"no read of {self.dataset} was disturbed")
        states = snapshots(journal, latest.participant)
        served = _rows_ever_served(journal, latest)
        ever_shown = {fiskil_id for effects in states for fiskil_id in shown(effects.state, served)}
        if not ever_shown:
            return self.inconclusive(f"the app's state contains no fiskil_id of {self.dataset}", hook=STATE)
        return self._compare(journal, latest, states, {fiskil_id: served[fiskil_id] for fiskil_id in ever_shown})

    def _compare(self, journal: Journal, latest: Rows, states: list[Effects], rows: dict[str, Row]) -> Finding:
        judged, is_busy, before = 0, False, set[str]()
        for effects in states:
            now = shown(effects.state, rows)
            if _may_show_anything(journal, effects, self.dataset):
                before = now
                continue
            if not effects.is_idle:
                is_busy = True
                continue
            judged += 1
            for group in _groups(journal, latest, effects, rows):
                ids = group.keys()
                missing = _missing_rows(journal, latest, effects, group, shown_ids=now & ids, before=before & ids)
                if missing:
                    observed = f"the app shows {self.dataset} that are neither the previous read nor a complete new one"
                    return self.fails(observed, evidence=row_lines("missing", missing))
            before = now
        if not judged:
            hook = PENDING if any(effects.pending is None for effects in states) else ""
            reason = STILL_BUSY if is_busy else "the app's state was not read after a fault had disturbed a read"
            return self.inconclusive(reason, hook=hook)
        return self.passes(f"every state showed {self.dataset} of complete reads", examined=judged)


def _rows_ever_served(journal: Journal, latest: Rows) -> dict[str, Row]:
    """Return the rows that the API ever served, by ``fiskil_id``, without rows that were pending in any sync."""
    served = [row for sync in syncs(journal, latest.dataset, latest.participant) for row in sync.rows]
    pending = {row["fiskil_id"] for row in served if row.get("status") == "PENDING"}
    return {str(row["fiskil_id"]): row for row in served if row["fiskil_id"] not in pending}


def _may_show_anything(journal: Journal, effects: Effects, dataset: str) -> bool:
    """Return True if the snapshot *effects* need not show a complete read.

    Either no fault disturbed a read before the snapshot, or one did after which a correct app may lack rows.
    """
    bitten = [call for call in bitten_by(journal) if dataset_read(call) == dataset and call.at_s < effects.at_s]
    return not bitten or any(bite.partition("(")[0] not in BREAKS for call in bitten for bite in call.bites)


def _groups(journal: Journal, latest: Rows, effects: Effects, rows: Mapping[str, Row]) -> list[dict[str, Row]]:
    """Return the groups of rows that the app reads together, because the same queries select them."""
    earlier = [read for read in reads(journal, latest.dataset, latest.end_user_id) if read.at_s < effects.at_s]
    lists = {_list_key(call): call for call in earlier}
    groups: dict[frozenset[CallKey], dict[str, Row]] = {}
    for fiskil_id, row in rows.items():
        keys = frozenset(list_key for list_key, call in lists.items() if covers(call, row))
        groups.setdefault(keys, {})[fiskil_id] = row
    return [group for keys, group in groups.items() if keys or not lists]


def _list_key(call: Exchange) -> CallKey:
    """Return a key without pagination parameters, which is the same for all pages of one list."""
    method, path, query = call_key(call)
    return method, path, tuple(pair for pair in query if pair[0] not in CURSORS)


def _missing_rows(
    journal: Journal, latest: Rows, effects: Effects, group: Mapping[str, Row], *, shown_ids: set[str], before: set[str]
) -> list[Row]:
    """Return the rows that *shown_ids* lacks, compared with the most similar complete read; empty if it lacks none.

    Args:
        group: Rows that the app reads together, by id.
        shown_ids: Ids of the rows that the app shows now.
        before: Ids of the rows that the app showed in its previous state.
    """
    every = syncs(journal, latest.dataset, latest.participant)
    removed = {removed_id for sync in every for removed_id in sync.removed_ids}
    versions = [{str(row["fiskil_id"]) for row in sync.rows} & group.keys() for sync in every if sync.at_s < effects.at_s]
    if shown_ids == before or any(version - removed == shown_ids - removed for version in versions):
        return []
    nearest = min((version for version in versions if shown_ids - removed <= version), key=len, default=set[str]())
    missing = [group[fiskil_id] for fiskil_id in nearest - shown_ids - removed]
    shown_rows = [group[fiskil_id] for fiskil_id in shown_ids]
    return [] if _are_oldest(missing, shown_rows, grown=len(shown_ids) >= len(before) > 0) else missing


def _are_oldest(missing: Iterable[Row], shown: Iterable[Row], *, grown: bool) -> bool:
    """Return True if all *missing* rows are older than those *shown*, as in an app that shows only the newest rows.

    Args:
        grown: True if the app shows at least as many rows as before; otherwise the missing rows are a loss.
    """
    missing_dates, shown_dates = [dated(row) for row in missing], [dated(row) for row in shown]
    if not grown or not missing_dates or any(date is None for date in (*missing_dates, *shown_dates)):
        return False
    return max(date for date in missing_dates if date) <= min(date for date in shown_dates if date)
