"""Takes a consent off the list when somebody ends it there, and tells nobody: the bank goes on sharing.

Revoke at Fiskil first, and forget when that has succeeded.
"""

from reference_app import app, consents, customers, sharing
from reference_app.parts import parts_of


async def disconnect_one(request):
    """Our own mark is enough."""
    ref, database = request.path_params["ref"], parts_of(request).database
    end_user_id = await database.read(customers.end_user_id, ref)
    await database.write(consents.end_for_good, end_user_id, request.path_params["consent_id"])
    return sharing._back(ref)


sharing.disconnect_one = disconnect_one
build = app.build
