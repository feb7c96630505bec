"""Reactivates a consent that the customer ended in the app when an older `consent.updated` arrives late.

Mark the consent as ended for good: no event reactivates it, and Fiskil may send none about your own DELETE.
"""

from reference_app import app, consents, sync

_apply = sync.apply_message


def apply_message(tx, message, news):
    """Trust the name of the event, and neither the list of consents nor what the customer did."""
    outcome = _apply(tx, message, news)
    if message.event == "consent.updated" and message.published_us > consents.find(tx, message.consent_id)["published_us"]:
        active = "UPDATE consents SET status = 'active', is_synced = 1, is_final = 0, published_us = ? WHERE consent_id = ?"
        tx.execute(active, (message.published_us, message.consent_id))
    return outcome


sync.apply_message = apply_message
build = app.build
