"""Connections that the API never receives: the client's bytes are discarded, and the connection ends as the fault states."""

import asyncio
from collections.abc import Callable
from typing import Any

from fiskil_harness.faults.connection_fault import LONGEST_MS, TurnAway
from fiskil_harness.faults.fault import End
from fiskil_harness.faults.proxy.connection_log import FaultedConnection, PlainConnection
from fiskil_harness.faults.proxy.uvicorn_protocol import call_after, reset

LONGEST_S = LONGEST_MS / 1000


class SwallowedConnection(asyncio.Protocol):
    """A connection whose bytes are discarded; if the client leaves before it has sent anything, that is not a bite.

    Args:
        greeting: The treatment of the connection by the fault.
        loop: The acceptor's loop.
        record: Records the outcome: a bite, or no bite.
        on_end: Called when the connection ends as the fault states.
        on_first_bytes: Called with the first bytes that arrive.
    """

    def __init__(
        self,
        greeting: TurnAway,
        *,
        loop: asyncio.AbstractEventLoop,
        record: FaultedConnection | PlainConnection,
        on_end: Callable[[], None] = lambda: None,
        on_first_bytes: Callable[[bytes], None] = lambda _data: None,
    ) -> None:
        self._greeting, self._loop, self._record = greeting, loop, record
        self._on_end, self._on_first_bytes = on_end, on_first_bytes
        self._transport: Any = None
        self._has_received = False
        self._is_ended_here = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start waiting for the client's first bytes, or for its silence."""
        self._transport = transport
        self._wait(LONGEST_S if self._greeting.awaits_data else self._greeting.silence_s)

    def data_received(self, data: bytes) -> None:
        """Discard *data*."""
        if not self._has_received:
            self._on_first_bytes(data)
        self._has_received = True
        self._record.note_bite("the client's bytes were discarded")
        if self._greeting.silence_s:
            self._wait(self._greeting.silence_s)
        else:
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Record the outcome: the client has left, or the fault has ended the connection."""
        if self._timer is not None:
            self._timer.cancel()
        if self._has_received and not self._is_ended_here:
            self._record.note_client_left()
        self._record.end()

    def release(self) -> None:
        """End the connection now, as the fault states."""
        self._is_ended_here = True
        if self._transport is None or self._transport.is_closing():
            return
        if self._has_received and self._greeting.data:
            self._transport.write(self._greeting.data)
        if self._greeting.end is End.RESET:
            reset(self._transport)
        else:
            self._transport.close()

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = call_after(self._loop, seconds, self._end)

    def _end(self) -> None:
        self.release()
        if self._has_received:
            self._on_end()
