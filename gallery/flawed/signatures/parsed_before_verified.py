"""Acts on a delivery as soon as it is parsed, and checks its signature afterwards: a stranger makes it call the API."""

import asyncio

from reference_app import app, message, receiver
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline
from reference_app.parts import parts_of

LOOK_S = 5.0

_verified_body = receiver.verified_body
_under_way = set()


async def verified_body(request, settings):
    """Have a look at what it is about, then verify."""
    task = asyncio.create_task(look(parts_of(request), await request.body()))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return await _verified_body(request, settings)


async def look(parts, body):
    """Read early what will be wanted soon."""
    try:
        await parts.worker.reader.read_for(message.parse(body), Deadline.after(LOOK_S))
    except (FiskilError, message.Senseless):
        return


receiver.verified_body = verified_body
build = app.build
