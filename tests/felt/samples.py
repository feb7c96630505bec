"""For every fault, parameters with which it certainly bites, and the call that it meets."""

from typing import Literal

from msgspec import Struct

from harness import faults
from harness.faults import AnyFault


class Sample(Struct, frozen=True, kw_only=True):
    """A fault on a route. Every wait is short beside what clients wait for, or longer than all of them together.

    ``name`` tells the samples of one fault apart. ``is_warm`` lets the client hold a connection when the fault comes.
    """

    fault: AnyFault
    call: Literal["page", "create"] = "page"
    name: str = ""
    is_warm: bool = False
    is_tls: bool = False

    @property
    def row(self) -> str:
        """Its name in the table: that of the fault, and its own."""
        tag = str(type(self.fault).__struct_config__.tag)
        return f"{tag}-{self.name}" if self.name else tag


SAMPLES: tuple[Sample, ...] = (
    Sample(fault=faults.Drip(every_ms=50)),
    Sample(fault=faults.EmptyResponse()),
    Sample(fault=faults.EmptyResponse(), call="create", name="post"),
    Sample(fault=faults.LimitBytes(after_bytes=20)),
    Sample(fault=faults.LimitBytes(after_bytes=0), name="head-only"),
    Sample(fault=faults.ResetPeer(after_bytes=20)),
    Sample(fault=faults.ResetPeer(after_bytes=20), call="create", name="post"),
    Sample(fault=faults.Stall(after_bytes=20)),
    Sample(fault=faults.Status(status=503)),
    Sample(fault=faults.Status(status=503, retry_after_s=0), name="ask-at-once"),
    Sample(fault=faults.Status(status=503, retry_after_s=3), name="wait-told"),
    Sample(fault=faults.Status(status=503, retry_after_s=3), call="create", name="post-wait-told"),
    Sample(fault=faults.TruncatedJson(keep_percent=50)),
    Sample(fault=faults.ExpireTokens()),
)
