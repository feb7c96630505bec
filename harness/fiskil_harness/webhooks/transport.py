"""Sends requests as raw bytes to a receiver, and reads the responses.

Nothing here is specific to webhooks. Requests are bytes, so that malformed ones can be sent unchanged.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.webhooks.responses import SILENT, Reply, ResponseParser

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
    calls = [_Call(keeps_response=keeps_response) for _ in requests]
    await asyncio.gather(*(call.open(address, timeout_s) for call, address in zip(calls, addresses, strict=True)))
    for call, request in zip(calls, requests, strict=True):
        call.write(request[:-1])
    await asyncio.sleep(0)
    for call, request in zip(calls, requests, strict=True):
        call.write(request[-1:])
    return list(await asyncio.gather(*(call.reply(timeout_s) for call in calls)))


async def post_beside_slow_client(
    address: Address, request: bytes, *, head: bytes, every_ms: float, timeout_s: float
) -> Reply:
    """Send *request* while another client sends *head*, and then one byte of its body every *every_ms* milliseconds."""
    slow = _Call(keeps_response=True)
    await slow.open(address, timeout_s)
    slow.write(head)
    dripping = asyncio.create_task(_drip(slow, every_ms / 1000))
    try:
        # The receiver must have accepted the slow connection before the other one.
        await asyncio.sleep(SLOW_CLIENT_LEAD_S)
        return await post(address, request, timeout_s=timeout_s)
    finally:
        dripping.cancel()
        slow.abort()


async def _drip(call: "_Call", every_s: float) -> None:
    while True:
        call.write(b" ")
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


class _Call(asyncio.Protocol):
    """One connection with one request and one response."""

    def __init__(self, *, keeps_response: bool) -> None:
        self._keeps_answer = keeps_response
        self._parser = ResponseParser(self._add_reply)
        self._transport: asyncio.Transport | None = None
        self._done: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._elapsed = stopwatch()

    async def open(self, address: Address, timeout_s: float) -> None:
        trouble = await connect(self, address, timeout_s)
        if trouble:
            self._fail(trouble)
        self._elapsed = stopwatch()

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing() and data:
            self._transport.write(data)

    async def reply(self, timeout_s: float) -> Reply:
        try:
            await asyncio.wait_for(asyncio.shield(self._done), timeout_s)
        except TimeoutError:
            self._fail(SILENT)
        self.abort()
        return self._done.result()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._keeps_answer:
            self._fail("hung up before reading the response")
            return
        trouble = self._parser.feed(data)
        if trouble:
            self._fail(trouble)

    def connection_lost(self, exc: Exception | None) -> None:
        trouble = "connection reset" if exc is not None else self._parser.end()
        if trouble:
            self._fail(trouble)

    def _add_reply(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        if not self._done.done():
            self._done.set_result(Reply(status=status, headers=headers, body=body, took_s=self._elapsed()))

    def _fail(self, trouble: str) -> None:
        if not self._done.done():
            self._done.set_result(Reply(problem=trouble, took_s=self._elapsed()))
