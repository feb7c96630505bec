"""Removes a consent from its page without revoking it at Fiskil, so the bank keeps sharing.

Revoke the consent at Fiskil first, then delete the data.
"""

from reference_app import app, consents, customers, sharing
from reference_app.parts import parts_of


async def disconnect_one(request):
    """End the consent in the database only."""
    ref, database = request.path_params["ref"], parts_of(request).database
    end_user_id = await database.read(customers.end_user_id, ref)
    await database.write(consents.end_permanently, end_user_id, request.path_params["consent_id"])
    return sharing._redirect_to_connections(ref)


sharing.disconnect_one = disconnect_one
build = app.build
