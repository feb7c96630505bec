"""Ends the existing consent of an end user when a second one is granted.

An end user may have several consents, and each of them ends separately.
"""

from reference_app import app, consents

_apply = consents.apply_event


def apply_event(tx, message):
    """Keep only the newest consent of each end user."""
    outcome = _apply(tx, message)
    if message.event == "consent.received" and outcome == "applied":
        for consent_id in consents.active_ids(tx, message.end_user_id) - {message.consent_id}:
            consents.end(tx, consent_id)
    return outcome


consents.apply_event = apply_event
build = app.build
