"""Deletes the rows of an ended consent only after its event, so they stay if the event is lost.

A complete refresh must list the consents too, and delete the rows of those that have ended.
"""

from reference_app import app, attempts, consents, sync


def apply_refresh(tx, end_user_id, news):
    """Update the active consents and ignore the ended ones."""
    active = [consent for consent in news.consents if consent.is_active]
    consents.apply_listing(tx, end_user_id, active, adopt={consent.consent_id for consent in active})
    if consents.active_ids(tx, end_user_id):
        attempts.complete(tx, end_user_id)
    sync._apply_readings(tx, end_user_id, news, announced=set())
    return []


sync.apply_refresh = apply_refresh
build = app.build
