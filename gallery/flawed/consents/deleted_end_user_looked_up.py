"""Looks an end user up before it notes the end of their consent, and gives up when they are deleted: their rows stay.

Whoever is not found any more has no rows to keep; what an event says must be applied without asking whose it is.
"""

from reference_app import app
from reference_app.fiskil.transport import Request
from reference_app.sync import Reader

_read_for = Reader.read_for


async def read_for(self, message, deadline):
    """Somebody wants to write them a letter."""
    if message.event == "consent.revoked":
        client = self._api._client
        url = f"{client.base_url}/v1/end-users/{message.end_user_id}"
        request = Request(endpoint="GET /v1/end-users/{end_user_id}", url=url)
        await client.call(request, lambda payload: payload, deadline=deadline)
    return await _read_for(self, message, deadline)


Reader.read_for = read_for
build = app.build
