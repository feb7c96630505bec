"""Scripts for one connection: a sequence of moves, such as writing bytes, pausing or reading a response.

A script always ends, because every move has a time limit. Nothing here is specific to webhooks.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Any

from msgspec import Struct

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.webhooks.responses import INCOMPLETE, SILENT, Reply, ResponseParser
from fiskil_harness.webhooks.transport import Address, connect

CLOSED = "the receiver closed the connection"
NO_RESPONSE_EXPECTED = "hung up without a response"
GRACE_S = 0.2
LINGER_OFF = struct.pack("ii", 1, 0)


class Send(Struct, frozen=True):
    """Write the bytes ``data``."""

    data: bytes


class Pause(Struct, frozen=True):
    """Write nothing for ``ms`` real milliseconds."""

    ms: float


class ReadResponse(Struct, frozen=True, kw_only=True):
    """Wait for a complete response.

    ``limit_ms`` is for receivers that need not respond: after that time the connection is closed, which is not a failure.
    Without it (0), a missing response is a failure. ``is_head`` is true if the request was a HEAD request.
    """

    limit_ms: float = 0
    is_head: bool = False


class ReadContinue(Struct, frozen=True, kw_only=True):
    """Wait for ``100 Continue`` or any other response, for at most ``limit_ms`` real milliseconds."""

    limit_ms: float


class Watch(Struct, frozen=True, kw_only=True):
    """Wait ``ms`` real milliseconds for unsolicited responses."""

    ms: float


class End(Struct, frozen=True):
    """Close the sending side of the connection (FIN), and continue to read."""


class HangUp(Struct, frozen=True):
    """Close the connection regularly (not by RST), without reading any more."""


class Reset(Struct, frozen=True):
    """Abort the connection (RST): data in flight is lost."""


Move = Send | Pause | ReadResponse | ReadContinue | Watch | End | HangUp | Reset
Script = tuple[Move, ...]


class Conversation(Struct, frozen=True, kw_only=True):
    """The receiver's responses: one in ``replies`` for each ``ReadResponse`` that was performed, and unsolicited ones."""

    replies: tuple[Reply, ...] = ()
    unsolicited: tuple[Reply, ...] = ()

    @property
    def reply(self) -> Reply:
        """The first reply. If the script waited for no response, this is a reply whose ``problem`` says so."""
        return self.replies[0] if self.replies else Reply(problem=NO_RESPONSE_EXPECTED)


async def perform(address: Address, script: Script, *, timeout_s: float) -> Conversation:
    """Open a connection and perform every move on it.

    Args:
        timeout_s: The limit for all responses together, in real seconds.
    """
    connection = _Connection()
    trouble = await connect(connection, address, timeout_s)
    if trouble:
        return Conversation(replies=(Reply(problem=trouble),))
    elapsed = stopwatch()
    replies: list[Reply] = []
    unasked: list[Reply] = []
    try:
        for move in script:
            if isinstance(move, Watch):
                unasked += await connection.watch(move.ms / 1000)
                continue
            reply = await _make(move, connection, left_s=max(timeout_s - elapsed(), 0.001))
            if reply is not None:
                replies.append(reply)
                if reply.status is None:
                    break
    finally:
        connection.abort()
    return Conversation(replies=tuple(replies), unsolicited=(*unasked, *connection.arrived))


async def flood(
    address: Address, head: bytes, piece: bytes, *, most_bytes: int, pause_ms: float = 0, limit_s: float
) -> tuple[int, Reply | None]:
    """Write *head* and then *piece* repeatedly, until the receiver responds, the connection closes or a limit is reached.

    Args:
        most_bytes: The most bytes of pieces to write.
        pause_ms: The pause after each piece, in real milliseconds.
        limit_s: The time limit for the whole exchange, in real seconds.

    Returns:
        The number of bytes that were accepted after *head*, and the reply, which is None if a limit was reached first.
    """
    connection = _Connection()
    trouble = await connect(connection, address, limit_s)
    if trouble:
        return 0, Reply(problem=trouble)
    elapsed = stopwatch()
    written_bytes = 0
    try:
        await connection.write(head, limit_s)
        while written_bytes < most_bytes and elapsed() < limit_s and not connection.is_over:
            await connection.write(piece, limit_s - elapsed())
            written_bytes += len(piece)
            await asyncio.sleep(pause_ms / 1000)
        accepted_bytes = max(0, written_bytes - connection.waiting_bytes)
        if not connection.is_over:
            return accepted_bytes, None
        return accepted_bytes, await connection.read_reply(GRACE_S, is_head=False)
    finally:
        connection.abort()


async def _make(move: Move, connection: "_Connection", *, left_s: float) -> Reply | None:
    if isinstance(move, Send):
        await connection.write(move.data, left_s)
    elif isinstance(move, Pause):
        await asyncio.sleep(move.ms / 1000)
    elif isinstance(move, ReadResponse):
        limit_s = min(move.limit_ms / 1000, left_s) if move.limit_ms else left_s
        reply = await connection.read_reply(limit_s, is_head=move.is_head)
        return reply or Reply(problem=NO_RESPONSE_EXPECTED if move.limit_ms else SILENT, took_s=limit_s)
    elif isinstance(move, ReadContinue):
        await connection.read_continue(min(move.limit_ms / 1000, left_s))
    elif isinstance(move, End):
        connection.end()
    elif isinstance(move, HangUp):
        await connection.hang_up(left_s)
    else:
        connection.reset()
    return None


class _Connection(asyncio.Protocol):
    """One connection: writes bytes, and collects the responses that arrive."""

    def __init__(self) -> None:
        self._parser = ResponseParser(self._add_reply)
        self._transport: Any = None
        self._lost = ""
        self._change = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._elapsed = stopwatch()
        self.arrived: list[Reply] = []

    @property
    def is_over(self) -> bool:
        """True if a response has arrived, or no response can arrive any more."""
        return bool(self.arrived or self._lost)

    @property
    def waiting_bytes(self) -> int:
        """The number of written bytes that have not been sent yet."""
        return 0 if self._lost else int(self._transport.get_write_buffer_size())

    async def write(self, data: bytes, limit_s: float) -> None:
        """Write *data*, and wait while the receiver reads nothing. If the connection is closed or will be, write nothing."""
        if self._lost or not self._parser.keeps or self._transport.is_closing():
            self._lost = self._lost or CLOSED
            return
        self._transport.write(data)
        await _within(self._may_write, limit_s)

    async def read_reply(self, limit_s: float, *, is_head: bool) -> Reply | None:
        """Return the next complete response, or a reply that states why none can arrive; None if the limit ends first."""
        self._parser.is_head = is_head
        elapsed = stopwatch()
        while not self.arrived:
            if self._lost:
                return Reply(problem=self._lost, took_s=elapsed())
            self._change.clear()
            if not await _within(self._change, limit_s - elapsed()):
                return None
        return self.arrived.pop(0)

    async def read_continue(self, limit_s: float) -> None:
        elapsed = stopwatch()
        while not (self.arrived or self._lost or self._parser.has_interim):
            self._change.clear()
            if not await _within(self._change, limit_s - elapsed()):
                return

    async def watch(self, limit_s: float) -> list[Reply]:
        """Return the responses that arrive within the limit, although none is expected."""
        elapsed = stopwatch()
        while not (self.arrived or self._lost):
            self._change.clear()
            if not await _within(self._change, limit_s - elapsed()):
                break
        replies, self.arrived = self.arrived, []
        return replies

    def end(self) -> None:
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
        sock = self._transport.get_extra_info("socket")
        if sock is not None and not self._lost:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_OFF)
        self._transport.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def data_received(self, received: bytes) -> None:
        if not self._lost:
            self._lost = self._parser.feed(received)
        self._change.set()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._lost:
            problem = "" if exc is not None else self._parser.end()
            self._lost = "connection reset" if exc is not None else problem or CLOSED
            if self._lost == INCOMPLETE and not self._parser.is_begun:
                self._lost = CLOSED
        self._change.set()
        self._may_write.set()

    def _add_reply(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        self.arrived.append(Reply(status=status, headers=headers, body=body, took_s=self._elapsed()))


async def _within(event: asyncio.Event, limit_s: float) -> bool:
    if event.is_set():
        return True
    try:
        await asyncio.wait_for(event.wait(), max(limit_s, 0.0005))
    except TimeoutError:
        return False
    return True
