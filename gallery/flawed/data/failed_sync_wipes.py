"""Deletes the stored rows when a sync fails.

A failed sync brings no new data. Keep the rows of the last successful one.
"""

from reference_app import app, rows, sync

_apply = sync.apply_message


def apply_message(tx, message, news):
    """Delete the rows of the consent after a failed sync."""
    if message.event == "banking.transactions.sync.failed":
        rows.purge(tx, message.consent_id)
    return _apply(tx, message, news)


sync.apply_message = apply_message
build = app.build
