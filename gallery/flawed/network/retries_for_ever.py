"""Tries again until it succeeds, whether or not somebody waits: an API that stays away leaves people without any answer.

Tries end with the deadline of whoever waits, who is told to come back later.
"""

import asyncio

from reference_app import app, journeys
from reference_app.fiskil import retry
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline

PATIENCE_S = 24 * 3600.0


async def until_done(attempt, *, is_repeatable, attempts, deadline):
    """Once more, and once more."""
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
    """There is all the time in the world."""
    return await work(Deadline.after(PATIENCE_S))


retry.until_done = until_done
journeys.within_deadline = within_deadline
build = app.build
