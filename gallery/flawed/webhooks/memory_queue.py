"""Acknowledges a message that is only in memory, so a crash loses it.

Write the message to disk before you acknowledge it: Fiskil does not send it again.
"""

import asyncio

from reference_app import app, inbox, receiver
from starlette.responses import Response

DELAY_S = 0.3

_waiting = []
_tasks = set()
_pending = inbox.pending


async def acknowledge(parts, received):
    """Acknowledge now and store the message later."""
    _waiting.append(received)
    task = asyncio.create_task(keep(parts, received))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return Response(status_code=204)


async def keep(parts, received):
    """Store the message after a delay."""
    try:
        await asyncio.sleep(DELAY_S)
        await parts.database.write(inbox.accept, received)
        parts.worker.wake()
    finally:
        _waiting.remove(received)


def pending(tx, end_user_id=""):
    """Count messages in memory as pending."""
    return _pending(tx, end_user_id) + sum(end_user_id in {"", message.end_user_id} for message in _waiting)


receiver.acknowledge, inbox.pending = acknowledge, pending
build = app.build
