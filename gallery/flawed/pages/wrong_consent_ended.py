"""Ends another consent of the customer than the one that was chosen on the page.

End the consent that was chosen.
"""

from reference_app import app, consents, sharing

_end_one = sharing.end_one


async def end_one(parts, end_user_id, consent_id, deadline):
    """End the first of the customer's other consents."""
    consent_ids = sorted(await parts.database.read(consents.active_ids, end_user_id))
    others = [each for each in consent_ids if each != consent_id]
    await _end_one(parts, end_user_id, (others or [consent_id])[0], deadline)


sharing.end_one = end_one
build = app.build
