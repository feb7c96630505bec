"""Acknowledges ``consent.updated`` and throws it away, though its config says that it uses the event."""

from reference_app import app, receiver
from starlette.responses import Response

_acknowledge = receiver.acknowledge


async def acknowledge(parts, received):
    """There is surely nothing in it."""
    if received.event == "consent.updated":
        return Response(status_code=204)
    return await _acknowledge(parts, received)


receiver.acknowledge = acknowledge
build = app.build
