"""Takes a sync that failed for a reason to forget what the last one brought."""

from reference_app import app, rows, sync

_apply = sync.apply_message


def apply_message(tx, message, news):
    """Better nothing than something old."""
    if message.event == "banking.transactions.sync.failed":
        rows.purge(tx, message.consent_id)
    return _apply(tx, message, news)


sync.apply_message = apply_message
build = app.build
