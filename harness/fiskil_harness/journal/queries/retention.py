"""Rows that an app may leave out of its state: pending rows, and rows older than its retention period."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from fiskil_harness.journal import EventCreated, Exchange, History, Journal, Rows, length_if_cut
from fiskil_harness.journal.queries.api_calls import day_of, is_complete_success, reads
from fiskil_harness.journal.queries.rows import last_effects, shown, snapshots, syncs

HISTORY = "app.facts.history_days"
PENDING = "PENDING"
SLACK = timedelta(days=1)
"""Accepted difference, because the app may count days in any time zone."""

Row = Mapping[str, Any]


def left_out_on_purpose(journal: Journal, rows: Rows, required: Mapping[str, Row]) -> set[str]:
    """Return the ids of the *required* rows that the app may omit on purpose.

    These are missing rows older than the declared retention period, and missing pending rows if the app never shows any.
    Source: data.pending-posted
    """
    end = last_effects(journal, rows.participant)
    present = shown(end.state if end else None, required)
    absent = {fiskil_id: row for fiskil_id, row in required.items() if fiskil_id not in present}
    oldest = _oldest_kept(journal)
    left_out = {fiskil_id for fiskil_id, row in absent.items() if oldest and (dated_at := dated(row)) and dated_at < oldest}
    if not _shows_pending(journal, rows):
        left_out |= {fiskil_id for fiskil_id, row in absent.items() if row.get("status") == PENDING}
    return left_out


def is_older_than_kept(journal: Journal, rows: Rows, missing: Collection[Row], *, held: Collection[Row]) -> bool:
    """Return True if an undeclared retention period may explain why rows are missing from the app's state.

    All *missing* rows must be older than those *held*. The app must have read at least one missing row: otherwise it did not
    discard old rows, but failed to read all pages.
    """
    absent, kept = [dated(row) for row in missing], [dated(row) for row in held if row.get("status") != PENDING]
    if not kept or any(date is None for date in (*absent, *kept)) or journal.all(History):
        return False
    if max(date for date in absent if date) >= min(date for date in kept if date):
        return False
    complete = [call for call in reads(journal, rows.dataset, rows.end_user_id) if is_complete_success(call)]
    return any(_contains(call, row) for call in complete for row in missing)


def dated(row: Row) -> datetime | None:
    """Return the posting or execution time of *row*, or the day of an energy row; None if the row has no date."""
    try:
        return datetime.fromisoformat(row.get("posting_date_time") or row.get("execution_date_time") or "")
    except ValueError:
        return day_of(row)


def _oldest_kept(journal: Journal) -> datetime | None:
    """Return the time before which the app keeps no rows, as the config declares; None if the config does not."""
    history = journal.all(History)
    published = [datetime.fromisoformat(event.publish_time) for event in journal.all(EventCreated)]
    return max(published) - timedelta(days=history[-1].days) + SLACK if history and published else None


def _shows_pending(journal: Journal, rows: Rows) -> bool:
    """Return True if the app's state ever showed a row of the dataset that was pending at that time."""
    every_sync = syncs(journal, rows.dataset, rows.participant)
    for snapshot in snapshots(journal, rows.participant):
        latest = [sync for sync in every_sync if sync.at_s <= snapshot.at_s][-1:]
        pending = [str(row["fiskil_id"]) for sync in latest for row in sync.rows if row.get("status") == PENDING]
        if shown(snapshot.state, pending):
            return True
    return False


def _contains(call: Exchange, row: Row) -> bool:
    """Return True if the response to *call* contained *row*, or may have, because the journal keeps only a part of it."""
    return bool(length_if_cut(call.response_body)) or str(row["fiskil_id"]).encode() in call.response_body
