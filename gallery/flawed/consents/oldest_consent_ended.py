"""Ends the oldest consent of the end user whichever was revoked, as if nobody had more than one.

An event names its consent, and concerns no other.
"""

from dataclasses import replace

from reference_app import app, consents

_apply = consents.apply_event


def apply_event(tx, message):
    """The consent of this end user."""
    if message.event == "consent.revoked":
        active = "SELECT consent_id FROM consents WHERE end_user_id = ? AND status = 'active' ORDER BY rowid LIMIT 1"
        found = tx.execute(active, (message.end_user_id,)).fetchone()
        message = replace(message, consent_id=found[0]) if found else message
    return _apply(tx, message)


consents.apply_event = apply_event
build = app.build
