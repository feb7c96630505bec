"""Sends many requests on few connections: each connection sends its next request when a response is complete.

Requests are taken from an iterator one at a time, so a million of them need little memory. No connection pipelines requests.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.webhooks.responses import SILENT, Reply, ResponseParser
from fiskil_harness.webhooks.transport import Address, connect

LANES = 16
NONE = (-1, b"")

Take = Callable[[int, Reply], None]


async def send_many(
    address: Address, requests: Iterable[bytes], take: Take, *, timeout_s: float, lanes: int = LANES
) -> None:
    """Send every request, on *lanes* parallel connections.

    A closed connection is opened again. A request that was lost with a connection is not sent again, because it may have
    arrived.

    Args:
        take: Gets the number of a request, counted from 0, and the reply to it.
        timeout_s: The limit for one response, in real seconds.
    """
    source = enumerate(requests)
    elapsed = stopwatch()
    await asyncio.gather(*(_Lane(source, take, elapsed, timeout_s).run(address) for _ in range(lanes)))


class _Lane(asyncio.Protocol):
    """A worker that opens one connection at a time and sends one request at a time on it."""

    def __init__(self, source: "enumerate[bytes]", take: Take, elapsed_s: Callable[[], float], timeout_s: float) -> None:
        self._source = source
        self._take = take
        self._elapsed_s = elapsed_s
        self._timeout_s = timeout_s
        self._number = -1
        self._request = b""
        self._next: tuple[int, bytes] | None = None
        self._parser = ResponseParser(self._add_reply)
        self._began_s = 0.0
        self._is_in_step = True
        self._transport: Any = None
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, address: Address) -> None:
        """Open connections until no request is left."""
        loop = asyncio.get_running_loop()
        while self._fetch():
            self._closed: asyncio.Future[None] = loop.create_future()
            self._parser = ResponseParser(self._add_reply)
            self._is_in_step = True
            self._began_s = self._elapsed_s()
            trouble = await connect(self, address, self._timeout_s)
            if trouble:
                self._number, number = -1, self._number
                self._take(number, Reply(problem=trouble))
                continue
            if not self._closed.done():
                self._send()
                self._watch()
            await self._closed

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, received: bytes) -> None:
        trouble = self._parser.feed(received)
        if trouble:
            self._drop(trouble)
        elif self._number < 0:
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._number >= 0:
            trouble = "connection reset" if exc is not None else self._parser.end()
            if trouble:
                self._fail(trouble)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._closed.done():
            self._closed.set_result(None)

    def _add_reply(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        if self._number < 0:
            self._is_in_step = False
            return
        number, self._number = self._number, -1
        took_s = self._elapsed_s() - self._began_s
        self._take(number, Reply(status=status, headers=headers, body=body, took_s=took_s))

    def _go_on(self) -> None:
        """Send the next request, unless the connection closes or has sent an unsolicited response."""
        is_in_step = self._is_in_step and self._parser.keeps and not self._parser.is_begun
        if is_in_step and not self._transport.is_closing() and self._fetch():
            self._send()
        else:
            self._transport.abort()

    def _fetch(self) -> bool:
        """Take the next request; return False if none is left."""
        if self._number < 0:
            self._number, self._request = self._next or next(self._source, NONE)
            self._next = None
        return self._number >= 0

    def _send(self) -> None:
        self._began_s = self._elapsed_s()
        self._transport.write(self._request)
        # The next request is built while the receiver works on this one.
        self._next = next(self._source, NONE)

    def _watch(self) -> None:
        """Set a timer for the time limit of the current request; end the request if the limit is exceeded."""
        left_s = self._timeout_s
        if self._number >= 0 and self._timer is not None:
            left_s = self._began_s + self._timeout_s - self._elapsed_s()
        if left_s <= 0:
            self._drop(SILENT)
            return
        self._timer = asyncio.get_running_loop().call_later(max(left_s, 0.001), self._watch)

    def _drop(self, trouble: str) -> None:
        if trouble and self._number >= 0:
            self._fail(trouble)
        self._transport.abort()

    def _fail(self, trouble: str) -> None:
        number, self._number = self._number, -1
        self._take(number, Reply(problem=trouble, took_s=self._elapsed_s() - self._began_s))
