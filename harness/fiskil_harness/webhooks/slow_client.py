"""A slow client: holds a connection open for a while, so that a request beside it shows whether the receiver serves both.

The slow client leaves as soon as the other request has got its response, so a receiver that serves both costs no time.
"""

import asyncio
from typing import Any

from msgspec import Struct

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.transport import Address, connect, post

LEAD_S = 0.1
"""How long before the other request the slow client connects, in real seconds: the receiver must accept it first."""
PIECE_EVERY_S = 0.05


class SlowClient(Struct, frozen=True, kw_only=True):
    """A client that sends the bytes ``opening``, and then ``piece`` repeatedly until it leaves."""

    opening: bytes = b""
    piece: bytes = b""


class BesideSlowClient(Struct, frozen=True, kw_only=True):
    """The reply to a request that was sent beside a slow client.

    *ended_s* is the time from the request to the end of the slow connection, in real seconds; None if the reply came first.
    """

    reply: Reply
    ended_s: float | None = None


async def post_during(
    address: Address, request: bytes, *, slow: SlowClient, lasts_s: float, timeout_s: float
) -> BesideSlowClient:
    """Send *request* while the client *slow* is connected, and read the response.

    Args:
        lasts_s: The slow client leaves after this time, in real seconds, or earlier when the response has arrived.
        timeout_s: The limit for the response, in real seconds.
    """
    connection = _SlowConnection()
    trouble = await connect(connection, address, timeout_s)
    if trouble:
        return BesideSlowClient(reply=Reply(problem=f"the slow client: {trouble}"))
    dripping = asyncio.create_task(connection.drip(slow))
    try:
        await asyncio.sleep(LEAD_S)
        elapsed = stopwatch()
        posting = asyncio.create_task(post(address, request, timeout_s=timeout_s))
        either: set[asyncio.Future[Any]] = {posting, connection.lost}
        await asyncio.wait(either, timeout=lasts_s, return_when=asyncio.FIRST_COMPLETED)
        ended_s = None if posting.done() else elapsed()
        if not connection.lost.done():
            connection.abort()
        return BesideSlowClient(reply=await posting, ended_s=ended_s)
    finally:
        dripping.cancel()
        connection.abort()


class _SlowConnection(asyncio.Protocol):
    """The slow client's connection; ``lost`` is done when the connection has ended."""

    def __init__(self) -> None:
        self._transport: Any = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def drip(self, slow: SlowClient) -> None:
        self._transport.write(slow.opening)
        while slow.piece and not self._transport.is_closing():
            await asyncio.sleep(PIECE_EVERY_S)
            self._transport.write(slow.piece)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
