"""Renews its token after every 401, up to 30 times per call.

Renew once. If a new token is refused too, the call has failed.
"""

import contextlib

from reference_app import app
from reference_app.fiskil import client
from reference_app.fiskil.errors import Refused

TRIES = 30

_call = client.Client.call


async def call(self, request, read, *, deadline):
    """Repeat the call with a new token after each refusal."""
    for _ in range(TRIES):
        with contextlib.suppress(Refused):
            return await _call(self, request, read, deadline=deadline)
    return await _call(self, request, read, deadline=deadline)


client.Client.call = call
build = app.build
