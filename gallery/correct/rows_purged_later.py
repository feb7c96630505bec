"""Removes the rows of an ended consent in a job that follows a second after the work of its message."""

import time

from reference_app import app, rows

LATER_S = 1.0

_active = rows.active
CREATE = "CREATE TABLE IF NOT EXISTS ended (consent_id TEXT PRIMARY KEY, at REAL)"


def purge(tx, consent_id):
    """Leave the rows of an ended consent to the next job, which a restart of the app does not prevent."""
    tx.execute(CREATE)
    tx.execute("INSERT OR REPLACE INTO ended VALUES (?, ?)", (consent_id, time.time()))


def active(tx, dataset, end_user_id):
    """Return the rows that no job has removed."""
    tx.execute(CREATE)
    removed = {row["consent_id"] for row in tx.execute("SELECT * FROM ended WHERE at < ?", (time.time() - LATER_S,))}
    return [row for row in _active(tx, dataset, end_user_id) if row["consent_id"] not in removed]


rows.purge, rows.active = purge, active
build = app.build
