"""Stores every row that the API returns for its end user, because the API returns rows of active consents only."""

from reference_app import app, rows


def replace(tx, end_user_id, reading, allowed):
    """Store all rows of the reading while the end user has an active consent."""
    if not allowed:
        return set()
    if rows.is_latest(tx, end_user_id, reading, allowed):
        for row in reading.rows:
            rows.upsert(tx, end_user_id, reading, row)
        rows.remove_vanished(tx, end_user_id, reading)
    return {row.consent_id for row in reading.rows}


rows.replace = replace
build = app.build
