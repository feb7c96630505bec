"""Outages: periods in which the API's port refuses connections, once or repeatedly."""

import asyncio
from collections.abc import Callable

from fiskil_harness.faults.proxy.uvicorn_protocol import call_after


class Outage:
    """An outage given as pairs of seconds down and seconds up; *changed* is called whenever the API goes down or up."""

    def __init__(
        self, pairs: tuple[tuple[float, float], ...], *, loop: asyncio.AbstractEventLoop, changed: Callable[[], None]
    ) -> None:
        self._left = [seconds for pair in pairs for seconds in pair if seconds]
        self._loop, self._changed = loop, changed
        self._timer: asyncio.TimerHandle | None = None
        self.is_down = False

    def go_on(self) -> None:
        """Start the next period, down or up."""
        self.is_down = bool(self._left) and not self.is_down
        if self._left:
            self._timer = call_after(self._loop, self._left.pop(0), self.go_on)
        self._changed()

    def release(self) -> None:
        """End the outage now."""
        self._left.clear()
        self.is_down = False
        if self._timer is not None:
            self._timer.cancel()
