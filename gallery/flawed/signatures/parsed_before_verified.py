"""Acts on a delivery before it verifies the signature, so a forged delivery causes API calls.

Verify the signature before you parse the body.
"""

import asyncio

from reference_app import app, message, receiver
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline
from reference_app.parts import parts_of

READ_S = 5.0

_verified_body = receiver.verified_body
_tasks = set()


async def verified_body(request, settings):
    """Start to read the announced data, then verify the signature."""
    task = asyncio.create_task(read_early(parts_of(request), await request.body()))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return await _verified_body(request, settings)


async def read_early(parts, body):
    """Read the data that the unverified body announces."""
    try:
        await parts.worker.reader.read_for(message.parse(body), Deadline.after(READ_S))
    except (FiskilError, message.InvalidMessage):
        return


receiver.verified_body = verified_body
build = app.build
