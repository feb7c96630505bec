"""Looks up the end user before it ends a consent, so the rows of a deleted end user stay.

Apply consent.revoked without a call to the API. The lookup of a deleted end user returns 404 for every retry.
"""

from reference_app import app
from reference_app.fiskil.transport import Request
from reference_app.sync import Reader

_read_for = Reader.read_for


async def read_for(self, message, deadline):
    """Look up the end user of a revoked consent first."""
    if message.event == "consent.revoked":
        client = self._api._client
        url = f"{client.base_url}/v1/end-users/{message.end_user_id}"
        request = Request(endpoint="GET /v1/end-users/{end_user_id}", url=url)
        await client.call(request, lambda payload: payload, deadline=deadline)
    return await _read_for(self, message, deadline)


Reader.read_for = read_for
build = app.build
