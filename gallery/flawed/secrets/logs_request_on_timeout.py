"""Logs the whole request, with its token, if no complete response arrives in time.

Log the endpoint and the reason only, on every path: failures are what people copy into tickets.
"""

from reference_app import app, logs
from reference_app.fiskil import transport
from reference_app.fiskil.errors import TimedOut

_attempt = transport._attempt


async def attempt(http, request, token, timeout_s):
    """Log the request with its headers after a timeout."""
    try:
        return await _attempt(http, request, token, timeout_s)
    except TimedOut:
        logs.warn("timed_out", url=request.url, headers={"Authorization": f"Bearer {token}"})
        raise


transport._attempt = attempt
build = app.build
