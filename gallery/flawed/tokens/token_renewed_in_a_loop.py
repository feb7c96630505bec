"""Renews its token after each 401 and asks again, as often as it takes: what is refused for good is never given up.

One renewal tells whether the token was the reason; if a fresh one is refused too, the call has failed.
"""

import contextlib

from reference_app import app
from reference_app.fiskil import client
from reference_app.fiskil.errors import Refused

TRIES = 30

_call = client.Client.call


async def call(self, request, read, *, deadline):
    """The next token may be a better one."""
    for _ in range(TRIES):
        with contextlib.suppress(Refused):
            return await _call(self, request, read, deadline=deadline)
    return await _call(self, request, read, deadline=deadline)


client.Client.call = call
build = app.build
