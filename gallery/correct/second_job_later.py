"""Reads the consents again two seconds after each sync event, to find those that ended without an event."""

import asyncio

from reference_app import app, datasets, logs, sync
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline
from reference_app.worker import Worker

LATER_S = 2.0

_process = Worker.process
_jobs = set()


async def process(self, message):
    """Process the message, and schedule the second job."""
    await _process(self, message)
    if datasets.announced_by(message.event):
        job = asyncio.create_task(check_consents(self, message.end_user_id))
        _jobs.add(job)
        job.add_done_callback(_jobs.discard)


async def check_consents(worker, end_user_id):
    """Wait, then read the consents once; a failure is left to the next event."""
    await asyncio.sleep(LATER_S)
    try:
        listed = await worker.reader._api.consents(end_user_id, Deadline.after(8))
    except FiskilError as error:
        logs.warn("check_postponed", end_user_id=end_user_id, reason=error.reason)
        return
    await worker._database.write(sync.consents.apply_listing, end_user_id, listed, ())


Worker.process = process
build = app.build
