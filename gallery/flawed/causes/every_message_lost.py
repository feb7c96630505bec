"""Acknowledges every genuine message and never stores one.

Store each message before you acknowledge it, and apply it afterwards.
"""

from reference_app import app, receiver
from starlette.responses import Response


async def acknowledge(parts, received):
    """Acknowledge a message without storing it."""
    return Response(status_code=204)


receiver.acknowledge = acknowledge
build = app.build
