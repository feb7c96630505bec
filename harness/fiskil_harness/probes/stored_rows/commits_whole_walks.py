"""Does the app hold whole reads only, whatever befell the walk that was to bring the latest one?"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import CallKey, bitten_by, covers, reads
from fiskil_harness.journal.queries.api_calls import call_key as question
from fiskil_harness.journal.queries.retention import dated
from fiskil_harness.journal.queries.rows import PENDING, STILL_BUSY, latest_rows, name_of_row, places
from fiskil_harness.probes.probe import PlainProbe

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
        "NextEmpty",
        "NextForeign",
        "Overlap",
        "PageRepeated",
        "RedirectCrossOrigin",
        "ResetPeer",
        "Status",
        "TruncatedJson",
    }
)
"""Faults that leave every row as it is, and no list to end early: after others an app may lack rows in good faith."""

CURSORS = frozenset({"page[after]", "page[before]", "page[size]"})

Row = dict[str, Any]


class CommitsWholeWalks(PlainProbe, frozen=True, tag="commits_whole_walks"):
    """After a walk was disturbed, the app's state shows what one reading to the end brought: the last one, or this one.

    Lists that the app asks for by different queries may be of different age. Rows that it never shows are not missed, nor
    are the oldest ones of an app that shows as many as before; pending ones, which come and go, are left to other probes.
    """

    dataset: str = "transactions"

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "the rows of the reading before, or all of the new one"
    source: ClassVar[str] = "paging.links"
    fix: ClassVar[str] = "collect all pages first and commit them in one transaction; when a page fails, keep what was there"

    def examine(self, journal: Journal) -> Finding:
        """Compare every look at an app at rest, after a bite, with what could be read by then."""
        latest = latest_rows(journal, self.dataset)
        if latest is None or not latest.rows:
            return self.inconclusive(f"the API served no {self.dataset}")
        bitten = [call for call in bitten_by(journal) if call.route == f"banking.{self.dataset}"]
        if not bitten:
            return self.inconclusive(f"no walk of {self.dataset} was disturbed")
        looks = [effects for effects in journal.all(Effects) if effects.participant == latest.participant]
        ever = _rows_ever(journal, latest)
        kept = {fiskil_id for look in looks for fiskil_id, found in places(look.state, ever).items() if found}
        if not kept:
            return self.inconclusive(f"the app's state shows no {self.dataset} by their fiskil_id", hook=EFFECTS)
        return self._compare(journal, latest, looks, {text: ever[text] for text in kept})

    def _compare(self, journal: Journal, latest: Rows, looks: list[Effects], kept: dict[str, Row]) -> Finding:
        judged, is_at_work, before = 0, False, set[str]()
        for look in looks:
            shown = {fiskil_id for fiskil_id, found in places(look.state, kept).items() if found}
            if _may_show_anything(journal, look, self.dataset):
                before = shown
                continue
            if not look.is_idle or look.pending:
                is_at_work = True
                continue
            judged += 1
            for group in _groups(journal, latest, look, kept):
                lacking = _lacking(journal, latest, look, group, shown=shown & group.keys(), before=before & group.keys())
                if lacking:
                    seen = f"{self.dataset} are shown that are neither those of the reading before nor all of a new one"
                    return self.fails(seen, evidence=_names(lacking), examined=judged)
            before = shown
        if not judged:
            hook = PENDING if any(look.pending is None for look in looks) else ""
            return self.inconclusive(STILL_BUSY if is_at_work else "nobody looked at the app after a bite", hook=hook)
        return self.passes(f"every look showed {self.dataset} of whole reads", examined=judged)


def _rows_ever(journal: Journal, latest: Rows) -> dict[str, Row]:
    """Every row that the API ever served, by its id, and never as a pending one."""
    served = [row for sync in _syncs(journal, latest) for row in sync.rows]
    pending = {row["fiskil_id"] for row in served if row.get("status") == "PENDING"}
    return {str(row["fiskil_id"]): row for row in served if row["fiskil_id"] not in pending}


def _syncs(journal: Journal, latest: Rows) -> list[Rows]:
    return [rows for rows in journal.all(Rows) if (rows.dataset, rows.participant) == (latest.dataset, latest.participant)]


def _may_show_anything(journal: Journal, look: Effects, dataset: str) -> bool:
    """Whether nothing disturbed a walk before *look*, or something did that may cost rows in good faith."""
    made = [call for call in bitten_by(journal) if call.route == f"banking.{dataset}" and call.at_s < look.at_s]
    return not made or any(bite.partition("(")[0] not in BREAKS for call in made for bite in call.bites)


def _groups(journal: Journal, latest: Rows, look: Effects, kept: Mapping[str, Row]) -> list[dict[str, Row]]:
    """The rows that are asked for together: each group is a list, or several that one query brings."""
    made = [read for read in reads(journal, latest.dataset, latest.end_user_id) if read.at_s < look.at_s]
    lists = {_list(call): call for call in made}
    groups: dict[frozenset[CallKey], dict[str, Row]] = {}
    for fiskil_id, row in kept.items():
        key = frozenset(name for name, call in lists.items() if covers(call, row))
        groups.setdefault(key, {})[fiskil_id] = row
    return [rows for names, rows in groups.items() if names or not lists]


def _list(call: Exchange) -> CallKey:
    """What a walk asks for, whatever the page."""
    method, path, query = question(call)
    return method, path, tuple(pair for pair in query if pair[0] not in CURSORS)


def _lacking(
    journal: Journal, latest: Rows, look: Effects, group: Mapping[str, Row], *, shown: set[str], before: set[str]
) -> list[Row]:
    """What is missing from the reading that *shown* comes closest to; nothing where it is a whole one."""
    removed = {removed_id for sync in _syncs(journal, latest) for removed_id in sync.removed_ids}
    syncs = [sync for sync in _syncs(journal, latest) if sync.at_s < look.at_s]
    versions = [{str(row["fiskil_id"]) for row in sync.rows} & group.keys() for sync in syncs]
    if shown == before or any(version - removed == shown - removed for version in versions):
        return []
    nearest = min((version for version in versions if shown - removed <= version), key=len, default=set[str]())
    lacking = [group[text] for text in nearest - shown - removed]
    return (
        [] if _is_shorter_memory(lacking, [group[text] for text in shown], grown=len(shown) >= len(before) > 0) else lacking
    )


def _is_shorter_memory(lacking: Iterable[Row], shown: Iterable[Row], *, grown: bool) -> bool:
    """Whether an app that keeps so many of the newest rows would lack just these."""
    missing, held = [dated(row) for row in lacking], [dated(row) for row in shown]
    if not grown or not missing or any(date is None for date in (*missing, *held)):
        return False
    return max(date for date in missing if date) <= min(date for date in held if date)


def _names(rows: list[Row]) -> tuple[str, ...]:
    return tuple(f"missing {name}" for name in sorted(name_of_row(row) for row in rows))
