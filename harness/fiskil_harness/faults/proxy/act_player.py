"""Acts performed on one client's connection: bytes as they are, pauses in real time, and ends before their time."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from fiskil_harness.faults.fault import Act, End, Pause, Piece

LONGEST_STALL_S = 60.0


class Line(Protocol):
    """The connection that an exchange came on, as acts are performed on it."""

    def write(self, data: bytes) -> None:
        """Write these bytes; they go out before anything else happens."""

    async def flushed(self) -> None:
        """Wait until what was written is in the kernel's hands, or the client does not read."""

    def reset(self) -> None:
        """Close with RST."""

    def close(self) -> None:
        """Close with FIN, after what was written."""

    def cut(self) -> None:
        """Close with FIN after what was written, over TLS without a close_notify."""

    async def is_left_within(self, seconds: float) -> bool:
        """Let real time pass; True as soon as the client has gone away."""

    def done(self) -> None:
        """Say that the exchange is over: the connection may serve the next, or closes as it would have."""


class Performed(Struct, kw_only=True):
    """What went out. ``end`` is how the connection ended, where it did; ``has_left`` tells that the client went before.

    A client whose connection the server dropped, because it ends itself, has left as well.
    """

    head: bytearray
    body: bytearray
    end: End | None = None
    has_left: bool = False


async def perform(acts: Sequence[Act], line: Line, performed: Performed) -> None:
    """Do *acts* in their order until one ends the connection or the client leaves, noting in *performed* what went out."""
    try:
        await _perform(acts, line, performed)
    except asyncio.CancelledError:
        performed.has_left |= performed.end is None
        raise


async def _perform(acts: Sequence[Act], line: Line, performed: Performed) -> None:
    for act in acts:
        match act:
            case Piece(data, is_body):
                line.write(data)
                (performed.body if is_body else performed.head).extend(data)
                await line.flushed()
            case Pause(seconds):
                if await line.is_left_within(seconds):
                    performed.has_left = True
                    return
            case End():
                performed.end = act
                await _end(act, line, performed)
                return


async def _end(how: End, line: Line, performed: Performed) -> None:
    match how:
        case End.RESET:
            line.reset()
        case End.CLOSE:
            line.close()
        case End.CUT:
            line.cut()
        case End.STALL:
            performed.has_left = await line.is_left_within(LONGEST_STALL_S)
            if not performed.has_left:
                line.reset()
