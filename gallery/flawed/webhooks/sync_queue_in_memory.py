"""Acknowledges a sync event that is only in memory, so a crash loses it; events about consents are stored first.

Write each message to disk before you acknowledge it, whatever its event: Fiskil does not send it again.
"""

from flawed.webhooks import memory_queue
from reference_app import inbox, receiver
from starlette.responses import Response


async def acknowledge(parts, received):
    """Store an event about a consent before the response, and any other event later."""
    if not received.event.startswith("consent."):
        return await memory_queue.acknowledge(parts, received)
    await parts.database.write(inbox.accept, received)
    parts.worker.wake()
    return Response(status_code=204)


receiver.acknowledge = acknowledge
build = memory_queue.build
