"""Steps of somebody unsigned who writes a body without end: long, in chunks, or a byte at a time."""

from typing import TYPE_CHECKING

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.journal import Flood
from fiskil_harness.scenario.steps.step import PlainStep

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


class FloodBodies(PlainStep, frozen=True, kw_only=True, tag="flood_bodies"):
    """Unsigned bodies that go on beyond what the team promises to read: announced, in chunks, and a byte at a time.

    At most 96 MiB and a minute each. What nobody promised is not tried, nor what is promised beyond that.
    """

    def perform(self, stage: "Stage") -> None:
        """Write them until the receiver ends it, or it is plain that it does not."""
        limits = stage.settings.app.limits
        if limits.body_bytes is not None and limits.body_bytes + BEYOND > MOST:
            stage.cut_short(f"app.limits.body_bytes, {limits.body_bytes}, is more than is tried: {MOST - BEYOND}")
        elif limits.body_bytes is not None:
            most = limits.body_bytes + BEYOND
            piece = b" " * PIECE
            _flood(stage, "announced", f"Content-Length: {MOST + 1}", piece, most_bytes=most, limit_s=LIMIT_S)
            chunk = b"%x\r\n%s\r\n" % (PIECE, piece)
            _flood(stage, "in_chunks", "Transfer-Encoding: chunked", chunk, most_bytes=most, limit_s=LIMIT_S)
        if limits.body_s is not None and limits.body_s + BEYOND_S > LONGEST_S:
            stage.cut_short(f"app.limits.body_s, {limits.body_s:g}, is more than is tried: {LONGEST_S - BEYOND_S:g}")
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
    taken, reply = stage.sender.flood(head, piece, most_bytes=most_bytes, pause_ms=pause_ms, limit_s=limit_s)
    stage.journal.write(
        Flood(
            **stamp,
            name=name,
            taken_bytes=taken,
            took_s=elapsed(),
            status=reply.status if reply else None,
            is_over=reply is not None,
        )
    )
