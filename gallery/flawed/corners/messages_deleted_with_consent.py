"""Deletes the messages of a consent together with its data, so a message that is repeated later is processed again.

Keep the ids of processed messages when a consent ends.
"""

from reference_app import app, consents

_forget = consents.forget_rows


def forget_rows(tx, consent_id):
    """Delete the rows of a consent, and the messages about it that are done."""
    _forget(tx, consent_id)
    tx.execute("DELETE FROM inbox WHERE consent_id = ? AND status = 'done' AND event <> 'consent.revoked'", (consent_id,))


consents.forget_rows = forget_rows
build = app.build
