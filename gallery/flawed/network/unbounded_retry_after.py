"""Waits as long as Retry-After states, even if that exceeds the deadline of a customer's request.

If the wait would pass the deadline, respond at once and try again with the next request.
"""

import asyncio

from reference_app import app, journeys
from reference_app.fiskil import retry
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline


async def until_done(attempt, *, is_repeatable, attempts, deadline):
    """Wait and retry without checking the deadline."""
    for number in range(1, attempts + 1):
        try:
            return await attempt()
        except FiskilError as error:
            if number == attempts or not retry.may_repeat(error, is_repeatable=is_repeatable):
                raise
            await asyncio.sleep(retry.wait_after(error, number))
    return None


async def within_deadline(settings, work):
    """Run the work without a time limit."""
    return await work(Deadline.after(settings.deadline_s))


retry.until_done = until_done
journeys.within_deadline = within_deadline
build = app.build
