"""How bytes are written in time: a script for one connection, performed move by move, and what was heard meanwhile.

A script ends whatever the receiver does: every move has a limit. Nothing here knows what a webhook is.
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
UNHEARD = "hung up without an answer"
GRACE_S = 0.2
LINGER_OFF = struct.pack("ii", 1, 0)


class Send(Struct, frozen=True):
    """Write these bytes."""

    data: bytes


class Pause(Struct, frozen=True):
    """Write nothing for so many real milliseconds."""

    ms: float


class ReadResponse(Struct, frozen=True, kw_only=True):
    """Wait for a whole answer. With ``limit_ms`` a receiver may be silent: then we hang up and nobody is to blame."""

    limit_ms: float = 0
    is_head: bool = False


class ReadContinue(Struct, frozen=True, kw_only=True):
    """Wait until the receiver says 100, or says anything else, or the limit is there."""

    limit_ms: float


class Watch(Struct, frozen=True, kw_only=True):
    """Listen for a while to what nobody asked for."""

    ms: float


class End(Struct, frozen=True):
    """Say that nothing more will come (FIN), and go on listening."""


class HangUp(Struct, frozen=True):
    """Close the connection in order, without listening any more."""


class Reset(Struct, frozen=True):
    """Tear the connection down (RST): what is still on its way is lost."""


Move = Send | Pause | ReadResponse | ReadContinue | Watch | End | HangUp | Reset
Script = tuple[Move, ...]


class Talk(Struct, frozen=True, kw_only=True):
    """What was heard: one reply for each ``Hear`` that was come to, and the answers that nobody had asked for."""

    replies: tuple[Reply, ...] = ()
    unasked: tuple[Reply, ...] = ()

    @property
    def reply(self) -> Reply:
        """The first reply; where none was waited for, that we hung up."""
        return self.replies[0] if self.replies else Reply(trouble=UNHEARD)


async def perform(address: Address, script: Script, *, timeout_s: float) -> Talk:
    """Open a connection and make every move on it, in at most *timeout_s* real seconds for all answers together."""
    line = _Line()
    trouble = await connect(line, address, timeout_s)
    if trouble:
        return Talk(replies=(Reply(trouble=trouble),))
    elapsed = stopwatch()
    replies: list[Reply] = []
    unasked: list[Reply] = []
    try:
        for move in script:
            if isinstance(move, Watch):
                unasked += await line.watch(move.ms / 1000)
                continue
            heard = await _make(move, line, left_s=max(timeout_s - elapsed(), 0.001))
            if heard is not None:
                replies.append(heard)
                if heard.status is None:
                    break
    finally:
        line.abort()
    return Talk(replies=tuple(replies), unasked=(*unasked, *line.whole))


async def flood(
    address: Address, head: bytes, piece: bytes, *, most_bytes: int, pause_ms: float = 0, limit_s: float
) -> tuple[int, Reply | None]:
    """Write *head* and then one *piece* after another, until the receiver answers or closes or a bound is reached.

    How many bytes of the pieces were taken, and what came back; None where nothing ended it but the bound.
    """
    line = _Line()
    trouble = await connect(line, address, limit_s)
    if trouble:
        return 0, Reply(trouble=trouble)
    elapsed = stopwatch()
    written = 0
    try:
        await line.say(head, limit_s)
        while written < most_bytes and elapsed() < limit_s and not line.is_over:
            await line.say(piece, limit_s - elapsed())
            written += len(piece)
            await asyncio.sleep(pause_ms / 1000)
        taken = max(0, written - line.waiting_bytes)
        if not line.is_over:
            return taken, None
        return taken, await line.hear(GRACE_S, is_head=False)
    finally:
        line.abort()


async def _make(move: Move, line: "_Line", *, left_s: float) -> Reply | None:
    if isinstance(move, Send):
        await line.say(move.data, left_s)
    elif isinstance(move, Pause):
        await asyncio.sleep(move.ms / 1000)
    elif isinstance(move, ReadResponse):
        limit_s = min(move.limit_ms / 1000, left_s) if move.limit_ms else left_s
        heard = await line.hear(limit_s, is_head=move.is_head)
        return heard or Reply(trouble=UNHEARD if move.limit_ms else SILENT, took_s=limit_s)
    elif isinstance(move, ReadContinue):
        await line.hear_continue(min(move.limit_ms / 1000, left_s))
    elif isinstance(move, End):
        line.end()
    elif isinstance(move, HangUp):
        await line.hang_up(left_s)
    else:
        line.reset()
    return None


class _Line(asyncio.Protocol):
    """One connection: what was said on it and heard."""

    def __init__(self) -> None:
        self._answers = ResponseParser(self._take)
        self._transport: Any = None
        self._lost = ""
        self._change = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._elapsed = stopwatch()
        self.whole: list[Reply] = []

    @property
    def is_over(self) -> bool:
        """Whether an answer is there, or none will ever be."""
        return bool(self.whole or self._lost)

    @property
    def waiting_bytes(self) -> int:
        """What was said and has not left yet."""
        return 0 if self._lost else int(self._transport.get_write_buffer_size())

    async def say(self, data: bytes, limit_s: float) -> None:
        """Write, and wait while the receiver reads nothing; on a connection that will not be kept nothing is written."""
        if self._lost or not self._answers.keeps or self._transport.is_closing():
            self._lost = self._lost or CLOSED
            return
        self._transport.write(data)
        await _within(self._may_write, limit_s)

    async def hear(self, limit_s: float, *, is_head: bool) -> Reply | None:
        """The next whole answer, or why there will be none; None if the limit came first."""
        self._answers.is_head = is_head
        elapsed = stopwatch()
        while not self.whole:
            if self._lost:
                return Reply(trouble=self._lost, took_s=elapsed())
            self._change.clear()
            if not await _within(self._change, limit_s - elapsed()):
                return None
        return self.whole.pop(0)

    async def hear_continue(self, limit_s: float) -> None:
        elapsed = stopwatch()
        while not (self.whole or self._lost or self._answers.has_interim):
            self._change.clear()
            if not await _within(self._change, limit_s - elapsed()):
                return

    async def watch(self, limit_s: float) -> list[Reply]:
        """What comes within the limit, though nothing was asked."""
        elapsed = stopwatch()
        while not (self.whole or self._lost):
            self._change.clear()
            if not await _within(self._change, limit_s - elapsed()):
                break
        heard, self.whole = self.whole, []
        return heard

    def end(self) -> None:
        # Who has gone in this very moment hears no end.
        with contextlib.suppress(OSError):
            if not self._lost and self._transport.can_write_eof():
                self._transport.write_eof()

    async def hang_up(self, limit_s: float) -> None:
        """Close when everything has been written."""
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
            self._lost = self._answers.feed(received)
        self._change.set()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._lost:
            ended = "" if exc is not None else self._answers.end()
            self._lost = "connection reset" if exc is not None else ended or CLOSED
            if self._lost == INCOMPLETE and not self._answers.is_begun:
                self._lost = CLOSED
        self._change.set()
        self._may_write.set()

    def _take(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        self.whole.append(Reply(status=status, headers=headers, body=body, took_s=self._elapsed()))


async def _within(event: asyncio.Event, limit_s: float) -> bool:
    if event.is_set():
        return True
    try:
        await asyncio.wait_for(event.wait(), max(limit_s, 0.0005))
    except TimeoutError:
        return False
    return True
