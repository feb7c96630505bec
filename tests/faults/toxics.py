"""The documented behaviour of Toxiproxy's toxics, with the corresponding faults.

Toxiproxy's server is in no registry that the tests may use (Debian, PyPI and npm do not have it), so the faults are checked
against its documentation and its sources, github.com/Shopify/toxiproxy: README.md and toxics/*.go.
"""

from msgspec import Struct

from fiskil_harness import faults
from fiskil_harness.faults import AnyFault


class Toxic(Struct, frozen=True, kw_only=True):
    """One toxic; ``differs`` states how our fault differs, and why."""

    name: str
    says: str
    source: str
    ours: AnyFault
    differs: str = ""


TOXICS = (
    Toxic(
        name="latency",
        says="A delay to all data, equal to latency +/- jitter; the jitter is a whole number from -jitter to jitter - 1.",
        source="README.md#latency, toxics/latency.go: delay",
        ours=faults.Latency(latency_ms=100, jitter_ms=40),
    ),
    Toxic(
        name="down",
        says="With enabled set to false the proxy is taken down and nothing listens.",
        source="README.md#down",
        ours=faults.Refuse(),
    ),
    Toxic(
        name="bandwidth",
        says="At most rate KB a second: a pause of size / rate ms; what takes longer comes in slices of 100 ms.",
        source="README.md#bandwidth, toxics/bandwidth.go: Pipe",
        ours=faults.Bandwidth(rate_kb_s=2),
        differs="its pauses compensate the timer's error, ours do not",
    ),
    Toxic(
        name="slow_close",
        says="All data passes; the end of the connection comes delay ms later.",
        source="README.md#slow_close, toxics/slow_close.go: Pipe",
        ours=faults.SlowClose(delay_ms=100),
    ),
    Toxic(
        name="timeout",
        says="No data gets through; the connection closes after timeout ms of silence, with 0 on removal.",
        source="README.md#timeout, toxics/timeout.go: Pipe, Cleanup",
        ours=faults.Timeout(timeout_ms=100),
        differs="0 lasts a minute at most, because of clients without a timeout; lifting it ends nothing",
    ),
    Toxic(
        name="reset_peer",
        says="The first data is dropped, and the connection reset (SO_LINGER 0) at once, or timeout ms later.",
        source="README.md#reset_peer, toxics/reset_peer.go: ResetToxic",
        ours=faults.ResetBefore(delay_ms=100, stream="downstream"),
        differs="the fault of the name reset_peer resets in the body, after so many bytes of it",
    ),
    Toxic(
        name="slicer",
        says="Cut in two, up to size_variation off the middle, until none exceeds average_size by more; a pause after each.",
        source="README.md#slicer, toxics/slicer.go: chunk, Pipe",
        ours=faults.Slicer(average_bytes=50, variation_bytes=10, delay_us=500),
    ),
    Toxic(
        name="limit_data",
        says="Exactly so many bytes pass, the head counted, then the connection closes.",
        source="README.md#limit_data, toxics/limit_data.go: Pipe",
        ours=faults.LimitResponse(after_bytes=30),
        differs="it counts over a connection, ours per response; the fault of the name limit_data counts the body's bytes",
    ),
)
