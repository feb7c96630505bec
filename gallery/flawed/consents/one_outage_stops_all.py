"""Reads nothing while any bank of the end user is out of reach, and so misses what the others have told meanwhile.

An institution that is out concerns its own consents; what the API serves of the others is as good as ever.
"""

from reference_app import app
from reference_app.fiskil.transport import Request
from reference_app.sync import News, Reader

_read_for = Reader.read_for


async def read_for(self, message, deadline):
    """First whether all is well everywhere."""
    client = self._api._client
    url = f"{client.base_url}/v1/institutions"
    request = Request(endpoint="GET /v1/institutions", url=url, params={"client_id": client._settings.client_id})
    listed = await client.call(request, lambda payload: payload, deadline=deadline)
    if any(one["status"]["connections"]["status"] == "OUTAGE" for one in listed):
        return News()
    return await _read_for(self, message, deadline)


Reader.read_for = read_for
build = app.build
