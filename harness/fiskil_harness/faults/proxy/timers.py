"""Real time that passes while a client may leave, to a tenth of a millisecond: a loop's own timers know whole ones only."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from fiskil_harness.core.clock import stopwatch

COARSE_S = 0.001


async def left_within(gone: Coroutine[Any, Any, object], seconds: float) -> bool:
    """Let *seconds* pass; True as soon as *gone* has come to its end.

    The last millisecond is waited for in turns of the loop, in which everybody else has theirs.
    """
    elapsed_s = stopwatch()
    leaving = asyncio.ensure_future(gone)
    try:
        await asyncio.wait({leaving}, timeout=max(0.0, seconds - COARSE_S))
        while not leaving.done() and elapsed_s() < seconds:
            await asyncio.sleep(0)
        return leaving.done()
    finally:
        leaving.cancel()
