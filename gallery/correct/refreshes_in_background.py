"""Responds 202 to a refresh, and reads the data in the background in up to three attempts."""

import asyncio

from reference_app import app, customers, harness_hooks, logs, sharing
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline
from reference_app.parts import parts_of
from starlette.responses import JSONResponse

_effects = harness_hooks._effects
_open, _tasks = {}, set()


async def refresh(request):
    """Schedule the refresh."""
    parts, ref = parts_of(request), request.path_params["ref"]
    end_user_id = await parts.database.read(customers.end_user_id, ref)
    if not end_user_id:
        return sharing._unknown_customer()
    _open[end_user_id] = _open.get(end_user_id, 0) + 1
    task = asyncio.create_task(work(parts, end_user_id))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return JSONResponse({"status": "accepted"}, status_code=202)


async def work(parts, end_user_id):
    """Read everything, in at most three attempts."""
    try:
        for pause_s in (0.5, 2, 5):
            try:
                await sharing.refresh_now(parts, end_user_id, Deadline.after(20))
                return
            except FiskilError as error:
                logs.warn("refresh_postponed", end_user_id=end_user_id, reason=error.reason)
                await asyncio.sleep(max(pause_s, error.retry_after_s or 0))
    finally:
        _open[end_user_id] -= 1


def effects(tx, end_user_id):
    """Count refreshes as pending."""
    found = _effects(tx, end_user_id)
    return {**found, "pending": found["pending"] + _open.get(end_user_id, 0)}


sharing.refresh = refresh
harness_hooks._effects = effects
build = app.build
