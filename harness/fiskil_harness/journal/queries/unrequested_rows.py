"""New rows that an app's requests leave out by mistake, because their parameter ``to`` is yesterday or last midnight."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from fiskil_harness.journal import Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import header, is_complete_success, is_in, parameters, reads, selection
from fiskil_harness.journal.queries.retention import dated

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
