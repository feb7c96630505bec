"""Gives a new token 200 ms to come and then asks for another one, so a slow endpoint is asked and asked, and never heard.

An exchange is to be waited for as long as any other call, and not to be begun again while it is under way.
"""

import asyncio
import contextlib

from reference_app import app
from reference_app.fiskil import client

PATIENCE_S = 0.2
TRIES = 30

_fetch_token = client.Client._fetch_token


async def fetch_token(self, deadline):
    """It must have got lost."""
    for _ in range(TRIES):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                return await _fetch_token(self, deadline)
    return await _fetch_token(self, deadline)


client.Client._fetch_token = fetch_token
build = app.build
