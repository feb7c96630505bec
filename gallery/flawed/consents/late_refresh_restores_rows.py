"""Stores the rows of an end user's refresh although the consent was revoked while it was reading.

Check that the consent is active in the transaction that writes its rows.
"""

from reference_app import app, rows, sync

_apply = sync.apply_refresh


def apply_refresh(tx, end_user_id, news):
    """Store every row of the refresh, whatever the status of its consent."""
    ended = _apply(tx, end_user_id, news)
    for reading in news.readings:
        rows.replace(tx, end_user_id, reading, {row.consent_id for row in reading.rows})
    return ended


sync.apply_refresh = apply_refresh
build = app.build
