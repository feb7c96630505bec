"""Performs acts on one client's connection: writes bytes, pauses in real time, and ends the connection early."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from fiskil_harness.faults.fault import Act, End, Pause, Piece
from fiskil_harness.faults.proxy.uvicorn_protocol import UvicornLine

LONGEST_STALL_S = 60.0


class Performed(Struct, kw_only=True):
    """The bytes that acts have written to a connection, and how the connection ended.

    Attributes:
        head: The bytes of the head, including interim responses.
        body: The bytes of the body.
        end: How an act ended the connection; None if no act ended it.
        has_left: True if the client left before the end, or the server dropped its connection while it shut down.
    """

    head: bytearray
    body: bytearray
    end: End | None = None
    has_left: bool = False


async def perform(acts: Sequence[Act], line: UvicornLine, performed: Performed) -> None:
    """Perform *acts* in order until one ends the connection or the client leaves; *performed* records what was written."""
    try:
        await _perform(acts, line, performed)
    except asyncio.CancelledError:
        performed.has_left |= performed.end is None
        raise


async def _perform(acts: Sequence[Act], line: UvicornLine, performed: Performed) -> None:
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


async def _end(how: End, line: UvicornLine, performed: Performed) -> None:
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
