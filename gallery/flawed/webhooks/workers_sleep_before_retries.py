"""Sleeps in the worker before it retries a failed message, so four failing messages of one customer delay all others.

Put the message back with the time of its next attempt, and let the worker take another message meanwhile.
"""

import asyncio

from reference_app import app, logs
from reference_app.metrics import METRICS
from reference_app.worker import Worker, may_retry

LONGEST_S = 8.0

_failed = Worker._failed


async def failed(self, message, tries, error):
    """Keep the worker, and sleep for twice as long after each attempt."""
    while may_retry(error, tries):
        METRICS.messages["retried"] += 1
        details = {"message_id": message.message_id, "event": message.event, "end_user_id": message.end_user_id}
        logs.warn("message_postponed", **details, tries=tries, reason=getattr(error, "reason", "") or logs.where(error))
        await asyncio.sleep(min(2.0 ** (tries - 1), LONGEST_S))
        tries += 1
        try:
            await self.process(message)
        except Exception as later:
            error = later
        else:
            return
    await _failed(self, message, tries, error)


Worker._failed = failed
build = app.build
