"""Removes the rows of an ended consent in a job that follows a second after the work of its message."""

import time

from reference_app import app, rows

LATER_S = 1.0

_active = rows.active
_ended = {}


def purge(_tx, consent_id):
    """Leave the rows of an ended consent to the next job."""
    _ended[consent_id] = time.monotonic()


def active(tx, dataset, end_user_id):
    """Return the rows that no job has removed."""
    now = time.monotonic()
    return [row for row in _active(tx, dataset, end_user_id) if now - _ended.get(row["consent_id"], now) < LATER_S]


rows.purge, rows.active = purge, active
build = app.build
