"""Believes in the end of a consent only when an event tells of it, so a lost event leaves its rows there for ever.

Whoever reads everything anew must list the consents too, and forget what the ended ones brought.
"""

from reference_app import app, attempts, consents, sync


def apply_refresh(tx, end_user_id, news):
    """What is active is brought up to date; what is not is left alone."""
    listed = [one for one in news.consents if one.is_active]
    consents.apply_listing(tx, end_user_id, listed, adopt={one.consent_id for one in listed})
    if consents.active_ids(tx, end_user_id):
        attempts.complete(tx, end_user_id)
    sync._apply_readings(tx, end_user_id, news, announced=set())
    return []


sync.apply_refresh = apply_refresh
build = app.build
