"""Ends the oldest consent for each request to disconnect; the others go on, and the page lists them."""

from reference_app import app, sharing


async def end_consents(parts, end_user_id, deadline):
    """End the consent that Fiskil lists first."""
    active = [consent.consent_id for consent in await parts.api.consents(end_user_id, deadline) if consent.is_active]
    for consent_id in active[:1]:
        await sharing.end_one(parts, end_user_id, consent_id, deadline)
    return active[:1]


sharing.end_consents = end_consents
build = app.build
