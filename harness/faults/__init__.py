"""Faults: what can break between app and API, each a frozen value that says what goes wrong. One module per family."""

from typing import TYPE_CHECKING, Union

from harness.faults import (
    auth,
    chunks,
    compression,
    damage,
    delay,
    early,
    framing,
    heads,
    pace,
    payload,
    redirect,
    status,
    transport,
)
from harness.faults.auth import ExpireTokens
from harness.faults.base import Asked, End, Pause, Piece, PlainFault, Reply, World
from harness.faults.chunks import BadChunkSize, ChunkExtension, ChunksWithoutEnd, LengthAndChunks, Trailers
from harness.faults.compression import GzipBomb, GzipLie, GzipTruncated
from harness.faults.damage import ChunkLoss, Corrupt, Garbage, GarbageAfterHead
from harness.faults.delay import Latency, LognormalDelay, UniformDelay
from harness.faults.early import EarlyResponse
from harness.faults.framing import (
    BareLineFeeds,
    BodyAfterHead,
    BodyAfterNoContent,
    LengthTooLong,
    LengthTooShort,
    LengthTwice,
    SecondAnswer,
    TruncatedUntold,
)
from harness.faults.heads import ContinueForever, EarlyHints, HeaderTwice, HugeHeader, ManyHeaders
from harness.faults.pace import Bandwidth, Dribble, Drip, Slicer
from harness.faults.payload import TruncatedJson
from harness.faults.redirect import RedirectCrossOrigin, RedirectDowngrade, RedirectLoop
from harness.faults.status import Status
from harness.faults.transport import (
    EmptyResponse,
    LimitAnswer,
    LimitBytes,
    ResetBefore,
    ResetPeer,
    Stall,
    StallHead,
    Timeout,
)

FAMILIES = (delay, pace, transport, damage, framing, chunks, heads, compression, redirect, early, status, payload, auth)
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
    "BadChunkSize",
    "Bandwidth",
    "BareLineFeeds",
    "BodyAfterHead",
    "BodyAfterNoContent",
    "ChunkExtension",
    "ChunkLoss",
    "ChunksWithoutEnd",
    "ContinueForever",
    "Corrupt",
    "Dribble",
    "Drip",
    "EarlyHints",
    "EarlyResponse",
    "EmptyResponse",
    "End",
    "ExpireTokens",
    "Garbage",
    "GarbageAfterHead",
    "GzipBomb",
    "GzipLie",
    "GzipTruncated",
    "HeaderTwice",
    "HugeHeader",
    "Latency",
    "LengthAndChunks",
    "LengthTooLong",
    "LengthTooShort",
    "LengthTwice",
    "LimitAnswer",
    "LimitBytes",
    "LognormalDelay",
    "ManyHeaders",
    "Pause",
    "Piece",
    "PlainFault",
    "RedirectCrossOrigin",
    "RedirectDowngrade",
    "RedirectLoop",
    "Reply",
    "ResetBefore",
    "ResetPeer",
    "SecondAnswer",
    "Slicer",
    "Stall",
    "StallHead",
    "Status",
    "Timeout",
    "Trailers",
    "TruncatedJson",
    "TruncatedUntold",
    "UniformDelay",
    "World",
]
