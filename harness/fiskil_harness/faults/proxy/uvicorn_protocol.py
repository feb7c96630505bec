"""A connection of the server as acts are performed on it: raw bytes between the answers that uvicorn writes itself."""

import asyncio
import contextlib
import os
import socket
import struct
from typing import Any

from fiskil_harness.core.net.uvicorn_protocol import Connection
from fiskil_harness.faults.proxy.timers import left_within

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
TURNS_TO_WRITE = 2
"""uvloop writes at the end of the loop's turn; an end before that would take the bytes along."""


class ProxyProtocol(Connection):
    """A connection of ours between app and API."""


class UvicornLine:
    """The exchange of one ASGI call, below the ASGI: what is written here, uvicorn does not know of until it is ``done``."""

    def __init__(self, send: Any, receive: Any) -> None:
        """Take the pair of functions that an ASGI application is called with; *send* is one of uvicorn's."""
        self._cycle = send.__self__
        self._receive = receive

    @property
    def is_kept(self) -> bool:
        """Whether the connection stays open for a next request."""
        return bool(self._cycle.keep_alive)

    @property
    def transport(self) -> asyncio.Transport:
        """The transport under the exchange."""
        transport: asyncio.Transport = self._cycle.transport
        return transport

    def write(self, data: bytes) -> None:
        """Write these bytes."""
        self._begin()
        if not self.transport.is_closing():
            self.transport.write(data)

    async def flushed(self) -> None:
        """Wait until the kernel has them, or the client does not read."""
        for _ in range(TURNS_TO_WRITE):
            await asyncio.sleep(0)
        await self._cycle.flow.drain()

    def reset(self) -> None:
        """Close with RST."""
        self._end()
        reset(self.transport)

    def close(self) -> None:
        """Close after what was written."""
        self._end()
        self.transport.close()

    def cut(self) -> None:
        """Close after what was written, over TLS without a close_notify."""
        self._end()
        cut(self.transport)

    async def is_left_within(self, seconds: float) -> bool:
        """Let real time pass; True as soon as the client has gone away."""

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
        # From here on uvicorn has no head to write.
        self._cycle.waiting_for_100_continue = False
        self._cycle.response_started = True

    def _end(self) -> None:
        # Nor has it anything to complain of when the exchange is over; it takes one that is complete for one that was left.
        self._begin()
        self._cycle.response_complete = True
        self._cycle.message_event.set()


def reset(transport: asyncio.Transport) -> None:
    """Close with RST: what the kernel has not sent is discarded."""
    with _socket_of(transport) as sock:
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def cut(transport: asyncio.Transport) -> None:
    """Close with FIN, and over TLS without a close_notify: to a client that minds, what it has is no whole answer."""
    with _socket_of(transport) as sock:
        if sock is not None:
            sock.shutdown(socket.SHUT_WR)
    transport.abort()


@contextlib.contextmanager
def _socket_of(transport: asyncio.Transport) -> Any:
    """A socket of the transport's own connection, if it is still open."""
    held = transport.get_extra_info("socket")
    # uvloop's stand-in has no setsockopt; options belong to the socket, so a duplicate descriptor sets them as well.
    with contextlib.suppress(OSError):
        if held is not None:
            with socket.socket(fileno=os.dup(held.fileno())) as real:
                yield real
                return
    yield None
