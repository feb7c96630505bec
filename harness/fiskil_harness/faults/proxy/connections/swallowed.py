"""Connections that the API never hears of: what the client says is swallowed, and they end as the fault says."""

import asyncio
from collections.abc import Callable
from typing import Any

from fiskil_harness.faults.connection_fault import LONGEST_MS, TurnAway
from fiskil_harness.faults.fault import End
from fiskil_harness.faults.proxy.connection_log import Meeting, Unmet
from fiskil_harness.faults.proxy.uvicorn_protocol import reset

LONGEST_S = LONGEST_MS / 1000


class Away(asyncio.Protocol):
    """A connection that is turned away; it is no bite where the client left before it said anything.

    *struck* is called when the connection ends as the fault says, *begun* with the first bytes that come.
    """

    def __init__(
        self,
        greeting: TurnAway,
        *,
        loop: asyncio.AbstractEventLoop,
        meeting: Meeting | Unmet,
        struck: Callable[[], None] = lambda: None,
        begun: Callable[[bytes], None] = lambda _data: None,
    ) -> None:
        self._greeting, self._loop, self._meeting = greeting, loop, meeting
        self._struck, self._begun = struck, begun
        self._transport: Any = None
        self._has_heard = False
        self._is_ours = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the client, or for its silence."""
        self._transport = transport
        self._wait(LONGEST_S if self._greeting.awaits_data else self._greeting.silence_s)

    def data_received(self, data: bytes) -> None:
        """Swallow it."""
        if not self._has_heard:
            self._begun(data)
        self._has_heard = True
        self._meeting.shows("what the client said was swallowed")
        if self._greeting.silence_s:
            self._wait(self._greeting.silence_s)
        else:
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has left, or was sent away."""
        if self._timer is not None:
            self._timer.cancel()
        if self._has_heard and not self._is_ours:
            self._meeting.leaves()
        self._meeting.ends()

    def release(self) -> None:
        """Send it away now; the end is ours then."""
        self._is_ours = True
        if self._transport is None or self._transport.is_closing():
            return
        if self._has_heard and self._greeting.data:
            self._transport.write(self._greeting.data)
        if self._greeting.end is End.RESET:
            reset(self._transport)
        else:
            self._transport.close()

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._end)

    def _end(self) -> None:
        self.release()
        if self._has_heard:
            self._struck()
