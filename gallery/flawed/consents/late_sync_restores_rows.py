"""Keeps what a reading brings whenever it comes to its end, also when the consent was revoked while it was under way.

Whether a consent stands must be looked up in the transaction that writes its rows.
"""

from reference_app import app, rows, sync

_apply = sync.apply_message


def apply_message(tx, message, news):
    """The reading was allowed when it began."""
    outcome = _apply(tx, message, news)
    for reading in news.readings:
        rows.replace(tx, message.end_user_id, reading, {row.consent_id for row in reading.rows})
    return outcome


sync.apply_message = apply_message
build = app.build
