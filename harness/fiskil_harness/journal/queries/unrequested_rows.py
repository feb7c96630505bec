"""Rows that an app's requests do not select: new rows that it misses, and rows that its state shows nevertheless."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from fiskil_harness.journal import Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import (
    header,
    is_complete_success,
    is_first_page,
    is_in,
    parameters,
    reads,
    selection,
)
from fiskil_harness.journal.queries.retention import dated
from fiskil_harness.journal.queries.rows import last_effects, shown, syncs

YESTERDAY = timedelta(days=2)
"""Yesterday began at most so long ago."""
PRESENT = timedelta(minutes=15)
"""A period that ends at most so long before its request ends at the present: clocks may differ a little."""


def cut_off(journal: Journal, rows: Rows) -> list[dict[str, Any]]:
    """Return those of *rows* that the app did not request since they were served, only because ``to`` was too early.

    The rows are dated before the request; the time is the real time in the response. An app that reads up to an earlier day
    than yesterday does so on purpose. Source: data.time-filter
    """
    calls = [call for call in reads(journal, rows.dataset, rows.end_user_id) if call.at_s >= rows.at_s]
    periods = [(call, present) for call in calls if (present := _present(call)) and _ends_yesterday(call, present)]
    if not periods:
        return []
    selections = {selection(call.query) for call in calls}
    return [
        row
        for row in rows.rows
        if any(_continues_to(call, row, present) for call, present in periods)
        and not any(is_in(selected, row) for selected in selections)
    ]


def shown_unrequested(journal: Journal, dataset: str) -> list[dict[str, Any]]:
    """Return the rows of *dataset* that a last state shows although no request for the first page of a list selects them.

    A later page contains such rows if it was requested without the filters of its list. Participants whose reads a fault
    changed are left out: a changed link may have no filters. Source: paging.filters
    """
    latest = {rows.participant: rows for rows in journal.all(Rows) if rows.dataset == dataset}
    return [row for rows in latest.values() for row in _shown_unrequested(journal, rows)]


def _shown_unrequested(journal: Journal, rows: Rows) -> list[dict[str, Any]]:
    calls = reads(journal, rows.dataset, rows.end_user_id)
    selections = {selection(call.query) for call in calls if is_first_page(call)}
    end = last_effects(journal, rows.participant)
    if end is None or not selections or any(call.bites for call in calls):
        return []
    versions = [row for sync in syncs(journal, rows.dataset, rows.participant) for row in sync.rows if "fiskil_id" in row]
    requested = {row["fiskil_id"] for row in versions if any(is_in(selected, row) for selected in selections)}
    unrequested = {str(row["fiskil_id"]): row for row in versions if row["fiskil_id"] not in requested}
    present = shown(end.state, unrequested)
    return [row for fiskil_id, row in unrequested.items() if fiskil_id in present]


def _present(call: Exchange) -> datetime | None:
    """Return the real time of a complete response, less ``PRESENT``; None if it is unknown."""
    try:
        responded = parsedate_to_datetime(header(call.response_headers, "date"))
    except ValueError:
        return None
    return responded - PRESENT if responded.tzinfo and is_complete_success(call) else None


def _ends_yesterday(call: Exchange, present: datetime) -> bool:
    until = selection(call.query)[2] if "to" in parameters(call) else None
    return until is not None and present - YESTERDAY <= until < present


def _continues_to(call: Exchange, row: dict[str, Any], present: datetime) -> bool:
    """Return True if the query of *call* would select *row* if its period ended at *present*."""
    fields, since, _ = selection(call.query)
    moment = dated(row)
    return moment is not None and moment <= present and is_in((fields, since, None), row)
