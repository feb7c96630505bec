"""Faults: what can break between app and API, each a frozen value that says what goes wrong. One module per family."""

from typing import TYPE_CHECKING, Union

from harness.faults import auth, payload, status, transport
from harness.faults.auth import ExpireTokens
from harness.faults.base import Asked, End, Pause, Piece, PlainFault, Reply, World
from harness.faults.payload import TruncatedJson
from harness.faults.status import Status
from harness.faults.transport import Drip, EmptyResponse, LimitBytes, ResetPeer, Stall

FAMILIES = (transport, status, payload, auth)
"""Each has ``FAULTS``, its own in the order of the catalogue."""

FAULTS: dict[str, type[PlainFault]] = {
    str(kind.__struct_config__.tag): kind for family in FAMILIES for kind in family.FAULTS
}
"""Every fault by its name in plans and on the command line."""

if TYPE_CHECKING:
    AnyFault = PlainFault
else:
    AnyFault = Union[tuple(FAULTS.values())]  # noqa: UP007 - made of a table

__all__ = [
    "FAMILIES",
    "FAULTS",
    "AnyFault",
    "Asked",
    "Drip",
    "EmptyResponse",
    "End",
    "ExpireTokens",
    "LimitBytes",
    "Pause",
    "Piece",
    "PlainFault",
    "Reply",
    "ResetPeer",
    "Stall",
    "Status",
    "TruncatedJson",
    "World",
]
