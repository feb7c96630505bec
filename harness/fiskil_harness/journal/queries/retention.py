"""What an app may lawfully leave out of what it reads: rows that are only pending, and rows older than it keeps."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from fiskil_harness.journal import BODY_KEPT, Effects, EventCreated, Exchange, History, Journal, Rows
from fiskil_harness.journal.queries.api_calls import is_fine, reads
from fiskil_harness.journal.queries.rows import places

HISTORY = "app.facts.history_days"
PENDING = "PENDING"
SLACK = timedelta(days=1)
"""Where a day begins is the app's own business."""

Row = Mapping[str, Any]


def left_out_on_purpose(journal: Journal, rows: Rows, asked: Mapping[str, Row]) -> set[str]:
    """The ids of rows that the app keeps none of, by its kind or by what its team says. Source: data.pending-posted"""
    end = [effects.state for effects in journal.all(Effects) if effects.participant == rows.participant][-1:]
    shown = places(end[0] if end else None, asked)
    absent = {fiskil_id: row for fiskil_id, row in asked.items() if not shown[fiskil_id]}
    oldest = _oldest_kept(journal)
    left_out = {fiskil_id for fiskil_id, row in absent.items() if oldest and (at := dated(row)) and at < oldest}
    if not _shows_pending(journal, rows):
        left_out |= {fiskil_id for fiskil_id, row in absent.items() if row.get("status") == PENDING}
    return left_out


def is_older_than_kept(journal: Journal, rows: Rows, missing: Collection[Row], *, held: Collection[Row]) -> bool:
    """Whether an app that keeps recent rows alone would lack just these: all older than what it holds, and some were read.

    An app that never read them has not thrown them away; it has not walked to the end.
    """
    lacking, kept = [dated(row) for row in missing], [dated(row) for row in held if row.get("status") != PENDING]
    if not kept or any(date is None for date in (*lacking, *kept)) or journal.all(History):
        return False
    if max(date for date in lacking if date) >= min(date for date in kept if date):
        return False
    made = [read for read in reads(journal, rows.dataset, rows.end_user_id) if is_fine(read)]
    return any(_brought(call, row) for call in made for row in missing)


def dated(row: Row) -> datetime | None:
    """When a row happened, where it says so."""
    try:
        return datetime.fromisoformat(row.get("posting_date_time") or row.get("execution_date_time") or "")
    except ValueError:
        return None


def _oldest_kept(journal: Journal) -> datetime | None:
    """The moment before which the app keeps nothing, as its team says."""
    kept = journal.all(History)
    told = [datetime.fromisoformat(event.publish_time) for event in journal.all(EventCreated)]
    return max(told) - timedelta(days=kept[-1].days) + SLACK if kept and told else None


def _shows_pending(journal: Journal, rows: Rows) -> bool:
    """Whether the app has ever shown a row while it was pending."""
    syncs = [
        each_rows
        for each_rows in journal.all(Rows)
        if (each_rows.dataset, each_rows.participant) == (rows.dataset, rows.participant)
    ]
    for look in (effects for effects in journal.all(Effects) if effects.participant == rows.participant):
        latest = [sync for sync in syncs if sync.at_s <= look.at_s][-1:]
        pending = [str(row["fiskil_id"]) for rows in latest for row in rows.rows if row.get("status") == PENDING]
        if any(places(look.state, pending).values()):
            return True
    return False


def _brought(call: Exchange, row: Row) -> bool:
    """Whether an answer had the row in it; of one that the journal keeps in part, that may be."""
    body = call.response_body
    is_partial = b"bytes, sha256" in body[-120:] and len(body) < BODY_KEPT
    return is_partial or str(row["fiskil_id"]).encode() in body
