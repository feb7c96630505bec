"""Counts a revocation as done when Fiskil refuses it because the token has expired.

Renew the token after a 401, and send the revocation again.
"""

from reference_app import app
from reference_app.fiskil.client import Client
from reference_app.fiskil.errors import Refused

_call = Client.call


async def call(self, request, read, *, deadline):
    """Send a revocation with the token at hand; all other calls renew a refused token."""
    if not request.endpoint.startswith("DELETE "):
        return await _call(self, request, read, deadline=deadline)
    token = await self._tokens.current(deadline)
    try:
        return await self._repeat(request, read, bearer=token, deadline=deadline)
    except Refused:
        return None


Client.call = call
build = app.build
