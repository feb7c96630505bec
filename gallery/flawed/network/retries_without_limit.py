"""Retries a failing call without a limit, so a waiting customer never gets a response.

Stop at the deadline of the customer's request, and show that a later attempt may work.
"""

import asyncio

from reference_app import app, journeys
from reference_app.fiskil import retry
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline

DEADLINE_S = 24 * 3600.0


async def until_done(attempt, *, is_repeatable, attempts, deadline):
    """Repeat *attempt* until it succeeds."""
    number = 0
    while True:
        number += 1
        try:
            return await attempt()
        except FiskilError as error:
            if not retry.may_repeat(error, is_repeatable=is_repeatable):
                raise
            await asyncio.sleep(retry.wait_after(error, number))


async def within_deadline(settings, work):
    """Give the work a deadline of one day."""
    return await work(Deadline.after(DEADLINE_S))


retry.until_done = until_done
journeys.within_deadline = within_deadline
build = app.build
