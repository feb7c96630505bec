"""Real-time waits that end when a client leaves, exact to a tenth of a millisecond; event loops only count whole ones."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from fiskil_harness.core.clock import stopwatch

COARSE_S = 0.001


async def left_within(gone: Coroutine[Any, Any, object], seconds: float) -> bool:
    """Wait *seconds*; return True as soon as *gone* has finished.

    The last millisecond is spent in turns of the loop, so other tasks continue.
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
