"""Rows that an app may omit: rows that are still pending, and rows older than its retention period."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from fiskil_harness.journal import BODY_KEPT, Effects, EventCreated, Exchange, History, Journal, Rows
from fiskil_harness.journal.queries.api_calls import is_complete_success, reads
from fiskil_harness.journal.queries.rows import places

HISTORY = "app.facts.history_days"
PENDING = "PENDING"
SLACK = timedelta(days=1)
"""The app may use any time zone for its days."""

Row = Mapping[str, Any]


def left_out_on_purpose(journal: Journal, rows: Rows, required: Mapping[str, Row]) -> set[str]:
    """Return the ids of *required* rows that the app omits on purpose: older than its retention, or pending.

    Source: data.pending-posted
    """
    end = [effects.state for effects in journal.all(Effects) if effects.participant == rows.participant][-1:]
    occurrences = places(end[0] if end else None, required)
    absent = {fiskil_id: row for fiskil_id, row in required.items() if not occurrences[fiskil_id]}
    oldest = _oldest_kept(journal)
    left_out = {fiskil_id for fiskil_id, row in absent.items() if oldest and (dated_at := dated(row)) and dated_at < oldest}
    if not _shows_pending(journal, rows):
        left_out |= {fiskil_id for fiskil_id, row in absent.items() if row.get("status") == PENDING}
    return left_out


def is_older_than_kept(journal: Journal, rows: Rows, missing: Collection[Row], *, held: Collection[Row]) -> bool:
    """Return True if a retention period explains the *missing* rows: all are older than those *held*, and some were read.

    An app that never read a row did not discard it; it did not read all pages.
    """
    absent, kept = [dated(row) for row in missing], [dated(row) for row in held if row.get("status") != PENDING]
    if not kept or any(date is None for date in (*absent, *kept)) or journal.all(History):
        return False
    if max(date for date in absent if date) >= min(date for date in kept if date):
        return False
    complete = [call for call in reads(journal, rows.dataset, rows.end_user_id) if is_complete_success(call)]
    return any(_contains(call, row) for call in complete for row in missing)


def dated(row: Row) -> datetime | None:
    """Return the posting or execution time of a row; None if it has none."""
    try:
        return datetime.fromisoformat(row.get("posting_date_time") or row.get("execution_date_time") or "")
    except ValueError:
        return None


def _oldest_kept(journal: Journal) -> datetime | None:
    """Return the time before which the app keeps no rows, according to its team; None if that is not stated."""
    history = journal.all(History)
    published = [datetime.fromisoformat(event.publish_time) for event in journal.all(EventCreated)]
    return max(published) - timedelta(days=history[-1].days) + SLACK if history and published else None


def _shows_pending(journal: Journal, rows: Rows) -> bool:
    """Return True if the app showed a row while it was pending."""
    syncs = [sync for sync in journal.all(Rows) if (sync.dataset, sync.participant) == (rows.dataset, rows.participant)]
    for snapshot in (effects for effects in journal.all(Effects) if effects.participant == rows.participant):
        latest = [sync for sync in syncs if sync.at_s <= snapshot.at_s][-1:]
        pending = [str(row["fiskil_id"]) for sync in latest for row in sync.rows if row.get("status") == PENDING]
        if any(places(snapshot.state, pending).values()):
            return True
    return False


def _contains(call: Exchange, row: Row) -> bool:
    """Return True if a response contained the row; True also for a response that the journal keeps in part."""
    body = call.response_body
    is_partial = b"bytes, sha256" in body[-120:] and len(body) < BODY_KEPT
    return is_partial or str(row["fiskil_id"]).encode() in body
