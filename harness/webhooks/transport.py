"""The raw way of handing bytes to a receiver: one asyncio protocol, an answer parsed by httptools.

Nothing here knows what a webhook is. Requests are bytes, so that ugly ones can be written as they are.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any

import httptools
from msgspec import Struct

from harness.clock import stopwatch

ANSWER_KEPT = 65_536
LONGEST_ANSWER = 10_485_760
SLOW_CLIENT_LEAD_S = 0.1


class Reply(Struct, frozen=True, kw_only=True):
    """What came back. ``status`` is None when nothing complete did; ``trouble`` says why in words."""

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    trouble: str = ""
    took_s: float = 0.0


class Address(Struct, frozen=True, kw_only=True):
    """Where a receiver listens, and from which loopback address we speak."""

    host: str
    port: int
    source_ip: str = "127.0.0.1"
    tls: Any = None


async def post(address: Address, request: bytes, *, timeout_s: float, keeps_answer: bool = True) -> Reply:
    """Send *request* and read the answer; with *keeps_answer* off, hang up when its first byte arrives."""
    return (await post_together([address], [request], timeout_s=timeout_s, keeps_answer=keeps_answer))[0]


async def post_together(
    addresses: Sequence[Address], requests: Sequence[bytes], *, timeout_s: float, keeps_answer: bool = True
) -> list[Reply]:
    """Send every request so that all last bytes leave in one turn of the loop.

    Each waits at most *timeout_s* real seconds for its answer.
    """
    calls = [_Call(keeps_answer=keeps_answer) for _ in requests]
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
    """Send *request* while another client, whose *head* announces a body, sends one byte of it each *every_ms*."""
    slow = _Call(keeps_answer=True)
    await slow.open(address, timeout_s)
    slow.write(head)
    dripping = asyncio.create_task(_drip(slow, every_ms / 1000))
    try:
        # The receiver must have taken the slow one up before the other comes.
        await asyncio.sleep(SLOW_CLIENT_LEAD_S)
        return await post(address, request, timeout_s=timeout_s)
    finally:
        dripping.cancel()
        slow.abort()


async def _drip(call: "_Call", every_s: float) -> None:
    while True:
        call.write(b" ")
        await asyncio.sleep(every_s)


class _Call(asyncio.Protocol):
    """One connection with one request and one answer."""

    def __init__(self, *, keeps_answer: bool) -> None:
        self._keeps_answer = keeps_answer
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()
        self._size = 0
        self._trouble = ""
        self._transport: asyncio.Transport | None = None
        self._is_complete = False
        self._done = asyncio.get_running_loop().create_future()
        self._elapsed = stopwatch()

    async def open(self, address: Address, timeout_s: float) -> None:
        loop = asyncio.get_running_loop()
        tls: ssl.SSLContext | None = address.tls
        try:
            await asyncio.wait_for(
                loop.create_connection(
                    lambda: self,
                    address.host,
                    address.port,
                    local_addr=(address.source_ip, 0) if address.source_ip != "127.0.0.1" else None,
                    ssl=tls,
                ),
                timeout_s,
            )
        except TimeoutError:
            self._end("no connection within the limit")
        except ssl.SSLError as error:
            self._end(f"TLS failed: {error.reason or 'handshake'}")
        except ConnectionRefusedError:
            self._end("connection refused")
        except OSError as error:
            self._end(f"no connection: {error.strerror or type(error).__name__}")
        self._elapsed = stopwatch()

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing() and data:
            self._transport.write(data)

    async def reply(self, timeout_s: float) -> Reply:
        try:
            await asyncio.wait_for(asyncio.shield(self._done), timeout_s)
        except TimeoutError:
            self._end("no answer within the limit")
        took_s = self._elapsed()
        self.abort()
        status = self._parser.get_status_code() if self._is_complete else None
        return Reply(
            status=status or None,
            headers=tuple(self._headers),
            body=bytes(self._body),
            trouble="" if status else self._trouble or "connection closed without an answer",
            took_s=took_s,
        )

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._keeps_answer:
            self._end("hung up before reading the answer")
            return
        self._size += len(data)
        if self._size > LONGEST_ANSWER:
            self._end("the answer is longer than 10 MiB")
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._end(f"the answer is no HTTP: {type(error).__name__}")

    def connection_lost(self, exc: Exception | None) -> None:
        is_open_ended = self._parser_has_status() and self._ends_by_close()
        if is_open_ended and exc is None and not self._is_complete and not self._trouble:
            self._is_complete = True
            self._end("")
            return
        self._end("connection reset" if exc is not None else "connection closed before the answer was complete")

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self._headers) < 200:
            self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_body(self, body: bytes) -> None:
        if len(self._body) < ANSWER_KEPT:
            self._body += body[: ANSWER_KEPT - len(self._body)]

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200:
            self._is_complete = True
            self._end("")
        else:
            self._headers.clear()

    def _parser_has_status(self) -> bool:
        return bool(self._headers) and bool(self._parser.get_status_code())

    def _ends_by_close(self) -> bool:
        names = {name for name, _ in self._headers}
        return not names & {"content-length", "transfer-encoding"}

    def _end(self, trouble: str) -> None:
        if not self._done.done():
            self._trouble = trouble
            self._done.set_result(None)
