"""Acknowledges a message while it is only in memory: a crash loses it, and Fiskil does not send it again."""

import asyncio

from reference_app import app, inbox, receiver
from starlette.responses import Response

LATER_S = 0.3

_waiting = []
_under_way = set()
_pending = inbox.pending


async def acknowledge(parts, received):
    """Say yes now, write it down later."""
    _waiting.append(received)
    task = asyncio.create_task(keep(parts, received))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return Response(status_code=204)


async def keep(parts, received):
    """Write it down."""
    try:
        await asyncio.sleep(LATER_S)
        await parts.database.write(inbox.accept, received)
        parts.worker.wake()
    finally:
        _waiting.remove(received)


def pending(tx, end_user_id=""):
    """What waits in memory is pending too."""
    return _pending(tx, end_user_id) + sum(end_user_id in {"", one.end_user_id} for one in _waiting)


receiver.acknowledge, inbox.pending = acknowledge, pending
build = app.build
