"""The server's connections, on which the acts of faults write raw bytes in place of uvicorn's own responses."""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Callable, Coroutine
from typing import Any

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.net.uvicorn_protocol import Connection

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
TURNS_TO_WRITE = 2
"""Turns of the event loop to wait after a write: uvloop sends at the end of a turn, so closing earlier would lose bytes."""
COARSE_S = 0.001
"""The precision of the timers of event loops; waits here are exact to a tenth of a millisecond."""
EARLY_S = 0.003
"""A timer of uvloop is early by less than this: it counts whole milliseconds of a clock that may be a millisecond behind."""


class ProxyProtocol(Connection):
    """The server's class of connections in front of the proxy."""


class UvicornLine:
    """The connection of one ASGI call, for writing raw bytes: uvicorn does not notice them until ``done`` is called."""

    def __init__(self, send: Any, receive: Any) -> None:
        """Take the two functions of an ASGI call; *send* must be a method of uvicorn's object for one request (cycle)."""
        self._cycle = send.__self__
        self._receive = receive

    @property
    def is_kept(self) -> bool:
        """True if the connection stays open for another request."""
        return bool(self._cycle.keep_alive)

    @property
    def transport(self) -> asyncio.Transport:
        """The transport of the connection."""
        transport: asyncio.Transport = self._cycle.transport
        return transport

    def write(self, data: bytes) -> None:
        """Write *data*."""
        self._begin()
        if not self.transport.is_closing():
            self.transport.write(data)

    async def flushed(self) -> None:
        """Let the event loop send the written bytes; wait while its buffer is full because the client does not read."""
        for _ in range(TURNS_TO_WRITE):
            await asyncio.sleep(0)
        await self._cycle.flow.drain()

    def reset(self) -> None:
        """Close with RST."""
        self._end()
        reset(self.transport)

    def close(self) -> None:
        """Close after the written bytes."""
        self._end()
        self.transport.close()

    def cut(self) -> None:
        """Close after the written bytes; over TLS, send no close_notify."""
        self._end()
        cut(self.transport)

    async def is_left_within(self, seconds: float) -> bool:
        """Wait *seconds* of real time; return True as soon as the client has left."""

        async def gone() -> None:
            while (await self._receive())["type"] != "http.disconnect":
                continue

        return await left_within(gone(), seconds)

    def done(self) -> None:
        """Let uvicorn serve the next request of the connection, or close it."""
        self._end()
        if not self._cycle.keep_alive:
            self.transport.close()
        self._cycle.on_response()

    def _begin(self) -> None:
        # From here on uvicorn writes no head.
        self._cycle.waiting_for_100_continue = False
        self._cycle.response_started = True

    def _end(self) -> None:
        # From here on uvicorn regards the response as complete, so it reports no incomplete response later.
        self._begin()
        self._cycle.response_complete = True
        self._cycle.message_event.set()


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


def call_after(loop: asyncio.AbstractEventLoop, seconds: float, action: Callable[[], object]) -> asyncio.TimerHandle:
    """Call *action* once, no sooner than in *seconds*; 0 is the next turn of the event loop."""
    return loop.call_later(seconds + EARLY_S if seconds else 0, action)


def reset(transport: asyncio.Transport) -> None:
    """Close with RST: bytes that the kernel has not sent are discarded."""
    with _socket_of(transport) as sock:
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def cut(transport: asyncio.Transport) -> None:
    """Close with FIN, over TLS without a close_notify, so that a strict client regards the response as incomplete."""
    with _socket_of(transport) as sock:
        if sock is not None:
            sock.shutdown(socket.SHUT_WR)
    transport.abort()


@contextlib.contextmanager
def _socket_of(transport: asyncio.Transport) -> Any:
    """Yield a socket for the transport's own connection, or None if it is closed."""
    socket_like = transport.get_extra_info("socket")
    # uvloop's socket object has no setsockopt; options belong to the socket, so a duplicate descriptor sets them too.
    with contextlib.suppress(OSError):
        if socket_like is not None:
            with socket.socket(fileno=os.dup(socket_like.fileno())) as real:
                yield real
                return
    yield None
