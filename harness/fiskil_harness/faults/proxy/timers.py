"""Real-time waits that end when a client leaves.

They are exact to a tenth of a millisecond; timers of event loops are exact to a millisecond only.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from fiskil_harness.core.clock import stopwatch

COARSE_S = 0.001


async def left_within(gone: Coroutine[Any, Any, object], seconds: float) -> bool:
    """Wait *seconds*; return True as soon as *gone* has finished, otherwise False.

    During the last millisecond it yields to the event loop repeatedly, so that other tasks continue.
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
