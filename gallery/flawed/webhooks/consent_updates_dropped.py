"""Acknowledges consent.updated and discards it, although its config lists the event as used.

Apply every event that you use, or remove it from the config.
"""

from reference_app import app, receiver
from starlette.responses import Response

_acknowledge = receiver.acknowledge


async def acknowledge(parts, received):
    """Acknowledge consent.updated without storing it."""
    if received.event == "consent.updated":
        return Response(status_code=204)
    return await _acknowledge(parts, received)


receiver.acknowledge = acknowledge
build = app.build
