"""Reads no data while any institution has an outage, so it misses the data of all the others.

An outage affects only the consents of that institution. Read the data of the others as usual.
"""

from reference_app import app
from reference_app.fiskil.transport import Request
from reference_app.sync import ApiData, Reader

_read_for = Reader.read_for


async def read_for(self, message, deadline):
    """Read nothing unless every institution is available."""
    client = self._api._client
    url = f"{client.base_url}/v1/institutions"
    request = Request(endpoint="GET /v1/institutions", url=url, params={"client_id": client._settings.client_id})
    institutions = await client.call(request, lambda payload: payload, deadline=deadline)
    if any(institution["status"]["connections"]["status"] == "OUTAGE" for institution in institutions):
        return ApiData()
    return await _read_for(self, message, deadline)


Reader.read_for = read_for
build = app.build
