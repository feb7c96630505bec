"""Connections that the API serves with a fault: a layer between transport and server."""

import asyncio
from typing import Any

from fiskil_harness.faults.connection_fault import Serve
from fiskil_harness.faults.fault import End
from fiskil_harness.faults.proxy.connection_log import FaultedConnection
from fiskil_harness.faults.proxy.uvicorn_protocol import TURNS_TO_WRITE, call_after, cut, reset


class ServedConnection(asyncio.Protocol):
    """A layer that is the transport for *inner*, the server's protocol, and the protocol for the real transport."""

    def __init__(self, inner: Any, greeting: Serve, *, loop: asyncio.AbstractEventLoop, record: FaultedConnection) -> None:
        self._inner, self._greeting, self._loop, self._record = inner, greeting, loop, record
        self._transport: Any = None
        self._written = 0
        self._is_closing = False
        self._is_lost = False
        self._is_released = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Pass the connection to the server."""
        self._transport = transport
        self._inner.connection_made(self)

    def data_received(self, data: bytes) -> None:
        """Pass *data* to the server, unless the fault ends the connection now."""
        if self._greeting.certificate is not None:
            self._note_handshake("the client went on")
        if self._timer is not None and not self._is_closing:
            self._timer.cancel()
        is_next = self._written > 0 and self._greeting.stale_by is not None and self._greeting.stale_after_s is None
        if is_next and not self._is_released:
            self._go_stale()
        elif not self._transport.is_closing():
            self._inner.data_received(data)

    def eof_received(self) -> Any:
        """Pass the event to the server."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Pass the event to the server."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass the event to the server."""
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass the event to the server, and record the outcome of the fault."""
        self._is_lost = True
        if self._timer is not None:
            self._timer.cancel()
        self._inner.connection_lost(exc)
        if self._greeting.certificate is not None:
            self._note_handshake("the client left after the handshake")
        self._record.end()

    def release(self) -> None:
        """Treat the connection like any other from now on; perform a delayed close at once."""
        self._is_released = True
        if self._timer is not None:
            self._timer.cancel()
        if self._is_closing and self._transport is not None:
            self._transport.close()

    def write(self, data: bytes) -> None:
        """Write *data*, up to the byte where the connection is cut."""
        bound = self._greeting.cut_after_bytes
        if bound is not None and not self._is_released and self._written + len(data) > bound:
            self._cut(data[: bound - self._written])
            return
        self._written += len(data)
        self._transport.write(data)
        if self._greeting.stale_after_s is not None and not self._is_released:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = call_after(self._loop, self._greeting.stale_after_s, self._go_stale)

    def close(self) -> None:
        """Close, at once or with the fault's delay."""
        if not self._greeting.close_after_s or self._is_released or self._is_lost:
            self._transport.close()
        elif not self._is_closing:
            self._is_closing = True
            self._record.note_bite("the close was delayed")
            self._timer = call_after(self._loop, self._greeting.close_after_s, self._transport.close)

    def is_closing(self) -> bool:
        """Return True if the server has closed the connection."""
        return self._is_closing or bool(self._transport.is_closing())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _note_handshake(self, observed: str) -> None:
        if self._greeting.is_met_by_success:
            self._record.note_bite(observed)
        else:
            self._record.note_no_bite()

    def _go_stale(self) -> None:
        if self._transport.is_closing():
            return
        self._record.note_bite("ended while it was kept alive")
        if self._greeting.stale_by is End.RESET:
            reset(self._transport)
        else:
            self._transport.close()

    def _cut(self, data: bytes) -> None:
        self._is_closing = True
        self._record.note_bite(f"cut after {self._written + len(data)} bytes")
        self._written += len(data)
        self._transport.write(data)
        self._after_turns(TURNS_TO_WRITE)

    def _after_turns(self, left: int) -> None:
        if left:
            self._loop.call_soon(self._after_turns, left - 1)
        else:
            cut(self._transport)
