"""Ends only the first of two consents at Fiskil when the end user disconnects, and marks both as ended.

Revoke each active consent at Fiskil, and mark as ended only what was revoked.
"""

from reference_app import app, consents, sharing


async def end_consents(parts, end_user_id, deadline):
    """Revoke the consent that Fiskil lists first; the others end in the database alone."""
    listed = [consent.consent_id for consent in await parts.api.consents(end_user_id, deadline) if consent.is_active]
    for consent_id in listed[:1]:
        await sharing.end_one(parts, end_user_id, consent_id, deadline)
    stored = await parts.database.read(consents.active_ids, end_user_id)
    for consent_id in stored:
        await parts.database.write(consents.end_permanently, end_user_id, consent_id)
    return sorted({*listed, *stored})


sharing.end_consents = end_consents
build = app.build
