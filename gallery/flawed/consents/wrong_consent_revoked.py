"""Ends the oldest consent of the end user, whichever consent an event revokes.

End the consent that the event names, and no other: an end user may have several.
"""

from dataclasses import replace

from reference_app import app, consents

_apply = consents.apply_event


def apply_event(tx, message):
    """Replace the revoked consent with the oldest one."""
    if message.event == "consent.revoked":
        select = "SELECT consent_id FROM consents WHERE end_user_id = ? AND status = 'active' ORDER BY rowid LIMIT 1"
        oldest = tx.execute(select, (message.end_user_id,)).fetchone()
        message = replace(message, consent_id=oldest[0]) if oldest else message
    return _apply(tx, message)


consents.apply_event = apply_event
build = app.build
