"""The reference app with one failure: the first request that ``MOOD`` concerns fails, and everything afterwards works.

A file marks that the failure has happened, because some failures end the process.
"""

import asyncio
import contextlib
import os
from pathlib import Path

from reference_app import app

MOOD, OVER = os.environ["MOOD"], Path(os.environ["MOOD_OVER"])
RESTLESS_S = 0.05


async def _respond(send, status, body):
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


async def _hangs(_send):
    await asyncio.sleep(3600)


async def _dies(_send):
    os._exit(1)


async def _errs(send):
    await _respond(send, 500, b'{"error": "oops"}')


async def _returns_invalid_url(send):
    await _respond(send, 200, b'{"auth_url": 5}')


MOODS = {
    "hangs": ("refresh", _hangs),
    "dies": ("refresh", _dies),
    "errs": ("refresh", _errs),
    "refuses_to_connect": ("connect", _errs),
    "talks_nonsense": ("connect", _returns_invalid_url),
}


def build():
    """Return the app with its failure. The restless one calls the API continuously after its start."""
    inner = app.build()
    place, behave = MOODS.get(MOOD, ("", None))

    async def moody(scope, receive, send):
        is_concerned = place and scope["type"] == "http" and scope["method"] == "POST" and scope["path"].endswith(place)
        if is_concerned and not OVER.exists():
            OVER.touch()
            await behave(send)
            return
        if scope["type"] == "lifespan" and MOOD == "never_rests":
            task = asyncio.create_task(_restless())
            try:
                await inner(scope, receive, send)
            finally:
                task.cancel()
            return
        await inner(scope, receive, send)

    return moody


async def _restless():
    import httpx

    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                await http.get(f"{os.environ['FISKIL_BASE_URL']}/v1/institutions")
            await asyncio.sleep(RESTLESS_S)
