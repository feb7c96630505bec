"""Faults: what can break between app and API, each a frozen value that knows how to bite."""

from harness.faults.auth import ExpireTokens
from harness.faults.base import Answer, Fault
from harness.faults.payload import TruncatedJson
from harness.faults.status import Status
from harness.faults.transport import Drip, EmptyResponse, LimitBytes, ResetPeer, Stall

FAULTS: dict[str, type] = {
    str(kind.__struct_config__.tag): kind
    for kind in (Drip, EmptyResponse, ExpireTokens, LimitBytes, ResetPeer, Stall, Status, TruncatedJson)
}
"""Every fault by its name in plans and on the command line."""

AnyFault = Drip | EmptyResponse | ExpireTokens | LimitBytes | ResetPeer | Stall | Status | TruncatedJson

__all__ = [
    "FAULTS",
    "Answer",
    "AnyFault",
    "Drip",
    "EmptyResponse",
    "ExpireTokens",
    "Fault",
    "LimitBytes",
    "ResetPeer",
    "Stall",
    "Status",
    "TruncatedJson",
]
