"""Reads the times of bookings as times of Sydney, and reports them under a name of its own, ten or eleven hours early.

The `Z` at the end of a time says that it is UTC; let a library parse it.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from reference_app import app, harness_hooks, state

SYDNEY = ZoneInfo("Australia/Sydney")
_of_end_user = state.of_end_user


def booked_at(text):
    """Return a time without its zone, read as a time of Sydney, in milliseconds since 1970; None stays None."""
    return text and int(datetime.fromisoformat(text[:19]).replace(tzinfo=SYDNEY).timestamp() * 1000)


def of_end_user(tx, end_user_id):
    """Return the state with the ids, texts, amounts and times of transactions."""
    found = _of_end_user(tx, end_user_id)
    rows = found["transactions"]
    names = ("fiskil_id", "account_id", "consent_id", "amount", "description", "status")
    entries = [{name: row[name] for name in names if name in row} for row in rows]
    times = [{"bookedAt": booked_at(row.get("posting_date_time"))} for row in rows]
    return {**found, "transactions": [entry | time for entry, time in zip(entries, times, strict=True)]}


class OwnNames:
    """Replaces the module ``state`` for the hooks only."""

    of_end_user = staticmethod(of_end_user)


harness_hooks.state = OwnNames
build = app.build
