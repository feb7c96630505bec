"""Sends requests as raw bytes to a receiver, and reads the responses.

Nothing here is specific to webhooks. Requests are bytes, so that malformed ones can be sent unchanged.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.webhooks.responses import INCOMPLETE, SILENT, Reply, ResponseParser

CLOSED = "the receiver closed the connection"
LINGER_OFF = struct.pack("ii", 1, 0)
SLOW_CLIENT_LEAD_S = 0.1
CONNECTING_S = 5.0
"""The shortest time limit for a connection without TLS, in real seconds: on a busy machine, the kernel is slow."""


class Address(Struct, frozen=True, kw_only=True):
    """The host and port of a receiver, and the local IP address to connect from. ``tls`` is an ``SSLContext`` or None."""

    host: str
    port: int
    source_ip: str = "127.0.0.1"
    tls: Any = None


async def post(address: Address, request: bytes, *, timeout_s: float, keeps_response: bool = True) -> Reply:
    """Send *request* and read the response. If *keeps_response* is false, close the connection at its first byte."""
    return (await post_together([address], [request], timeout_s=timeout_s, keeps_response=keeps_response))[0]


async def post_together(
    addresses: Sequence[Address], requests: Sequence[bytes], *, timeout_s: float, keeps_response: bool = True
) -> list[Reply]:
    """Send all requests at almost the same time: their last bytes are sent in one turn of the event loop.

    Args:
        timeout_s: The limit for each response, in real seconds.
        keeps_response: False closes each connection at the first byte of the response.
    """
    connections = [Connection(closed=INCOMPLETE, keeps_response=keeps_response) for _ in requests]
    await asyncio.gather(*(each.open(address, timeout_s) for each, address in zip(connections, addresses, strict=True)))
    for connection, request in zip(connections, requests, strict=True):
        connection.send(request[:-1])
    await asyncio.sleep(0)
    for connection, request in zip(connections, requests, strict=True):
        connection.send(request[-1:])
    return list(await asyncio.gather(*(_reply_on(connection, timeout_s) for connection in connections)))


async def _reply_on(connection: "Connection", timeout_s: float) -> Reply:
    reply = await connection.read_reply(timeout_s)
    connection.abort()
    return reply or Reply(problem=SILENT, took_s=connection.elapsed())


async def post_beside_slow_client(
    address: Address, request: bytes, *, head: bytes, every_ms: float, timeout_s: float
) -> Reply:
    """Send *request* while another client sends *head*, and then one byte of its body every *every_ms* milliseconds."""
    slow = Connection()
    await slow.open(address, timeout_s)
    slow.send(head)
    dripping = asyncio.create_task(_drip(slow, every_ms / 1000))
    try:
        # The receiver must have accepted the slow connection before the other one.
        await asyncio.sleep(SLOW_CLIENT_LEAD_S)
        return await post(address, request, timeout_s=timeout_s)
    finally:
        dripping.cancel()
        slow.abort()


async def _drip(slow: "Connection", every_s: float) -> None:
    while True:
        slow.send(b" ")
        await asyncio.sleep(every_s)


async def connect(protocol: asyncio.Protocol, address: Address, timeout_s: float) -> str:
    """Open a connection for *protocol*; return a problem text, or '' if the connection is open.

    A connection without TLS may take ``CONNECTING_S``, even if *timeout_s* is shorter. A TLS handshake requires work of the
    receiver, so it must finish within *timeout_s*. With TLS, no request is sent to a receiver whose certificate is invalid.
    """
    tls: ssl.SSLContext | None = address.tls
    source = (address.source_ip, 0) if address.source_ip != "127.0.0.1" else None
    opening = asyncio.get_running_loop().create_connection(
        lambda: protocol, address.host, address.port, local_addr=source, ssl=tls
    )
    try:
        await asyncio.wait_for(opening, timeout_s if tls else max(timeout_s, CONNECTING_S))
    except TimeoutError:
        return "no connection within the limit"
    except ssl.SSLCertVerificationError as error:
        return f"TLS refused: {error.verify_message.rstrip('.') or 'the certificate is invalid'}"
    except ssl.SSLError as error:
        return f"TLS failed: {error.reason or 'handshake'}"
    except ConnectionRefusedError:
        return "connection refused"
    except OSError as error:
        return f"no connection: {error.strerror or type(error).__name__}"
    return ""


class Connection(asyncio.Protocol):
    """One connection: writes bytes, and collects the responses that arrive.

    Args:
        closed: The problem of a missing response if the receiver closes the connection before it begins one.
        keeps_response: False replaces the response by a problem when its first byte arrives.
    """

    def __init__(self, *, closed: str = CLOSED, keeps_response: bool = True) -> None:
        self._closed = closed
        self._keeps_response = keeps_response
        self._parser = ResponseParser(self._add_reply)
        self._transport: Any = None
        self._lost = ""
        self._change = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self.elapsed = stopwatch()
        self.arrived: list[Reply] = []

    @property
    def is_over(self) -> bool:
        """True if a response has arrived, or no response can arrive any more."""
        return bool(self.arrived or self._lost)

    @property
    def waiting_bytes(self) -> int:
        """The number of written bytes that have not been sent yet."""
        return 0 if self._lost else int(self._transport.get_write_buffer_size())

    async def open(self, address: Address, timeout_s: float) -> None:
        """Open the connection; a problem takes the place of the response. The time of a response counts from now."""
        problem = await connect(self, address, timeout_s)
        if problem:
            self.arrived.append(Reply(problem=problem, took_s=self.elapsed()))
        self.elapsed = stopwatch()

    def send(self, data: bytes) -> None:
        """Write *data* without waiting for the receiver, unless the connection is closed."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    async def write(self, data: bytes, limit_s: float) -> None:
        """Write *data*, and wait while the receiver reads nothing. If the connection is closed or will be, write nothing."""
        if self._lost or not self._parser.keeps or self._transport.is_closing():
            self._lost = self._lost or self._closed
            return
        self._transport.write(data)
        await _within(self._may_write, limit_s)

    async def read_reply(self, limit_s: float, *, is_head: bool = False) -> Reply | None:
        """Return the next complete response, or a reply that states why none can arrive; None if the limit ends first."""
        self._parser.is_head = is_head
        elapsed = stopwatch()
        if not await self._wait(lambda: self.is_over, limit_s):
            return None
        return self.arrived.pop(0) if self.arrived else Reply(problem=self._lost, took_s=elapsed())

    async def read_continue(self, limit_s: float) -> None:
        """Wait for an interim response or any other."""
        await self._wait(lambda: self.is_over or self._parser.has_interim, limit_s)

    async def watch(self, limit_s: float) -> list[Reply]:
        """Return the responses that arrive within the limit, although none is expected."""
        await self._wait(lambda: self.is_over, limit_s)
        replies, self.arrived = self.arrived, []
        return replies

    async def _wait(self, is_done: Callable[[], bool], limit_s: float) -> bool:
        elapsed = stopwatch()
        while not is_done():
            self._change.clear()
            if not await _within(self._change, limit_s - elapsed()):
                return False
        return True

    def end(self) -> None:
        """Close the sending side (FIN), unless the connection is lost."""
        # The receiver may have closed the connection at this very moment.
        with contextlib.suppress(OSError):
            if not self._lost and self._transport.can_write_eof():
                self._transport.write_eof()

    async def hang_up(self, limit_s: float) -> None:
        """Close the connection when everything has been written."""
        if self._lost:
            return
        self._change.clear()
        self._transport.close()
        await _within(self._change, limit_s)

    def reset(self) -> None:
        """Abort the connection by RST: data in flight is lost."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None and not self._lost:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_OFF)
        self._transport.abort()

    def abort(self) -> None:
        """Close the connection at once, if it is open."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        """Keep the open connection."""
        self._transport = transport

    def pause_writing(self) -> None:
        """Note that the receiver reads nothing at present."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """Note that the receiver reads again."""
        self._may_write.set()

    def data_received(self, received: bytes) -> None:
        """Parse what the receiver sent."""
        if not self._keeps_response:
            self.arrived.append(Reply(problem="hung up before reading the response", took_s=self.elapsed()))
        elif not self._lost:
            self._lost = self._parser.feed(received)
        self._change.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note why no further response can arrive."""
        if not self._lost:
            problem = "" if exc is not None else self._parser.end()
            self._lost = "connection reset" if exc is not None else problem or self._closed
            if self._lost == INCOMPLETE and not self._parser.is_begun:
                self._lost = self._closed
        self._change.set()
        self._may_write.set()

    def _add_reply(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        self.arrived.append(Reply(status=status, headers=headers, body=body, took_s=self.elapsed()))


async def _within(event: asyncio.Event, limit_s: float) -> bool:
    if event.is_set():
        return True
    try:
        await asyncio.wait_for(event.wait(), max(limit_s, 0.0005))
    except TimeoutError:
        return False
    return True
