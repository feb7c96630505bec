"""Makes at most five calls per second to the API, evenly spaced, as its contract with Fiskil says."""

import asyncio
import time

from reference_app import app
from reference_app.fiskil import transport
from reference_app.fiskil.errors import TimedOut

EVERY_S = 0.2

_exchange = transport.exchange
_next = [0.0]


async def exchange(http, request, *, token, timeout_s):
    """Wait for a place; a place beyond the call's time is a failure that was not sent."""
    now = time.monotonic()
    place = max(now, _next[0])
    if place - now >= timeout_s:
        raise TimedOut("too many calls wait", was_sent=False)
    _next[0] = place + EVERY_S
    await asyncio.sleep(place - now)
    return await _exchange(http, request, token=token, timeout_s=timeout_s - (place - now))


transport.exchange = exchange
build = app.build
