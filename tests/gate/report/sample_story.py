"""An invented story and an invented picture for report tests."""

import base64
import struct
import zlib

from fiskil_harness.probes.evidence import Picture, Story, StoryEntry, Viewpoint


def story(scenario: str) -> Story:
    """Return a story with a call that met a fault, its retry, a delivery without a response, and a note."""
    return Story(
        scenario=scenario,
        steps=("authorise", "inject_fault banking.transactions", "sync transactions"),
        took_s=2.5,
        entries=(
            StoryEntry(number=1, step=0, at_s=0.0, kind="mark", origin="app", target="app", text="the app runs already"),
            StoryEntry(
                number=2,
                step=2,
                at_s=0.25,
                took_s=0.5,
                kind="call",
                origin="app",
                target="api",
                text="GET /v1/banking/transactions",
                result="no response",
                outcome="no_response",
                bites=("ResetPeer(after_bytes=20)",),
                route="GET banking.transactions",
                request="GET /v1/banking/transactions\nauthorization: <authorization>",
            ),
            StoryEntry(
                number=3,
                step=2,
                at_s=1.0,
                took_s=0.125,
                kind="call",
                origin="app",
                target="api",
                text="GET /v1/banking/transactions",
                result="200 OK",
                outcome="succeeded",
                repeats=2,
                route="GET banking.transactions",
                request="GET /v1/banking/transactions",
                response='200 OK\n\n{\n  "count": 3\n}',
            ),
            StoryEntry(
                number=4,
                step=2,
                at_s=1.5,
                took_s=0.75,
                kind="delivery",
                origin="webhooks",
                target="app",
                text="e1 attempt 1",
                note="consent.received",
                result="refused",
                outcome="no_response",
                route="webhook",
                request="POST the receiver",
            ),
        ),
        left_out=7,
        acknowledgements=(0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 0, 0, 0),
    )


def picture(scenario: str, page: str = "connections") -> Picture:
    """Return a picture of a grey square of 8 by 8 pixels."""
    raw = png()
    look = Viewpoint(scenario=scenario, participant="rosa", page=page, moment="plain", width_px=360)
    return Picture(
        digest="ab" * 32,
        viewpoints=(look,),
        png=base64.b64encode(raw).decode(),
        size_bytes=len(raw),
        wide_px=8,
        high_px=8,
    )


def png(*, shade: int = 128, side_px: int = 8) -> bytes:
    """Return a grey square as PNG."""
    rows = b"".join(b"\0" + bytes([shade]) * side_px for _ in range(side_px))
    head = struct.pack(">IIBBBBB", side_px, side_px, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
