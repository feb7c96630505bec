"""Scripts for one connection: a sequence of moves, such as writing bytes, pausing or reading a response.

A script always ends, because every move has a time limit. Nothing here is specific to webhooks.
"""

import asyncio

from msgspec import Struct

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.webhooks.responses import SILENT, Reply
from fiskil_harness.webhooks.transport import Address, Connection, connect

NO_RESPONSE_EXPECTED = "hung up without a response"
GRACE_S = 0.2


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
    connection = Connection()
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
    connection = Connection()
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
        return accepted_bytes, await connection.read_reply(GRACE_S)
    finally:
        connection.abort()


async def _make(move: Move, connection: Connection, *, left_s: float) -> Reply | None:
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
