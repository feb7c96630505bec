"""Takes a new consent for the one that counts from now on, and forgets the bank that was connected before.

An end user may hold several consents, and each of them ends by itself alone.
"""

from reference_app import app, consents

_apply = consents.apply_event


def apply_event(tx, message):
    """One end user, one bank."""
    outcome = _apply(tx, message)
    if message.event == "consent.received" and outcome == "applied":
        for consent_id in consents.active_ids(tx, message.end_user_id) - {message.consent_id}:
            consents.end(tx, consent_id)
    return outcome


consents.apply_event = apply_event
build = app.build
