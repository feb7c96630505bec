"""The step that sends unsigned request bodies without end: with a length, in chunks, or byte by byte."""

from typing import TYPE_CHECKING

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.journal import EndlessBody
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

MEBI = 1 << 20
BEYOND = 32 * MEBI
MOST = 96 * MEBI
PIECE = 64 * 1024
LIMIT_S = 20.0
LONGEST_S = 64.0
BEYOND_S = 6.0
DRIP_MS = 100


class FloodBodies(Step, frozen=True, kw_only=True, tag="flood_bodies"):
    """Unsigned request bodies arrive that exceed the limits which the receiver declares, in size and in duration.

    Bodies exceed ``app.limits.body_bytes`` by 32 MiB (with a Content-Length, and in chunks), and ``app.limits.body_s`` by 6
    real seconds (byte by byte). Undeclared limits, and limits above 64 MiB or 58 seconds, are not tested.
    """

    def perform(self, stage: "Stage") -> None:
        """Write each body until the receiver ends the request, or has clearly exceeded its limit."""
        limits = stage.settings.app.limits
        if limits.body_bytes is not None and limits.body_bytes + BEYOND > MOST:
            stage.record_incomplete(
                f"app.limits.body_bytes is {limits.body_bytes}, but at most {MOST - BEYOND} can be tested"
            )
        elif limits.body_bytes is not None:
            most = limits.body_bytes + BEYOND
            piece = b" " * PIECE
            _flood(stage, "announced", f"Content-Length: {MOST + 1}", piece, most_bytes=most, limit_s=LIMIT_S)
            chunk = b"%x\r\n%s\r\n" % (PIECE, piece)
            _flood(stage, "in_chunks", "Transfer-Encoding: chunked", chunk, most_bytes=most, limit_s=LIMIT_S)
        if limits.body_s is not None and limits.body_s + BEYOND_S > LONGEST_S:
            stage.record_incomplete(
                f"app.limits.body_s is {limits.body_s:g}, but at most {LONGEST_S - BEYOND_S:g} can be tested"
            )
        elif limits.body_s is not None:
            limit_s = limits.body_s + BEYOND_S
            _flood(stage, "drip", "Content-Length: 65536", b" ", most_bytes=PIECE, limit_s=limit_s, pause_ms=DRIP_MS)


def _flood(
    stage: "Stage", name: str, framing: str, piece: bytes, *, most_bytes: int, limit_s: float, pause_ms: float = 0
) -> None:
    target = stage.sender.target
    head = (
        f"POST {target.path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n"
        f"Content-Type: application/json\r\n{framing}\r\n\r\n"
    ).encode("latin-1")
    stamp, elapsed = stage.journal.stamp(), stopwatch()
    taken_bytes, reply = stage.sender.flood(head, piece, most_bytes=most_bytes, pause_ms=pause_ms, limit_s=limit_s)
    stage.journal.write(
        EndlessBody(
            **stamp,
            name=name,
            taken_bytes=taken_bytes,
            took_s=elapsed(),
            status=reply.status if reply else None,
            was_ended_by_receiver=reply is not None,
        )
    )
