"""Faults: what can break between app and API, each a frozen value that says what goes wrong. One module per family."""

from typing import TYPE_CHECKING, Union

from harness.faults import auth, clock, fields, outage, paging, payload, rates, rows, status, transport
from harness.faults.auth import (
    ExpireTokens,
    Forbidden,
    KeyRefused,
    TokenField,
    TokenLifetime,
    Unauthorised,
    UnauthorisedLate,
)
from harness.faults.base import Asked, End, Pause, Piece, PlainFault, Reply, World
from harness.faults.clock import AdvanceInFlight, DateSkew
from harness.faults.fields import (
    CamelCase,
    DateForm,
    ExtraField,
    MissingOptional,
    MoneyForm,
    NullForOptional,
    OldShape,
    UnknownEnum,
)
from harness.faults.outage import InstitutionLine
from harness.faults.paging import (
    CursorExpired,
    CursorLoop,
    Gap,
    NextAbsent,
    NextEmpty,
    NextForeign,
    NextForm,
    OrderChanged,
    Overlap,
    PageRepeated,
    PageSize,
    TotalLies,
)
from harness.faults.payload import (
    BadJson,
    BigNumbers,
    ByteOrderMark,
    ContentType,
    DeepNesting,
    DuplicateKeys,
    EmptyList,
    ErrorShape,
    HtmlInside,
    HugeBody,
    Latin1,
    LoneSurrogate,
    NotANumber,
    TruncatedJson,
)
from harness.faults.rates import Brownout, Quota, RateLimit
from harness.faults.rows import DayEdge, ForeignRows, PartialRows, ShortHistory, StaleAnswer, UnstableIds
from harness.faults.status import ErrorBody, ErrorFlags, ErrorInside, Pending, RetryAfter, Status
from harness.faults.transport import Drip, EmptyResponse, LimitBytes, ResetPeer, Stall

FAMILIES = (transport, status, rates, outage, payload, fields, paging, rows, auth, clock)
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
    "AdvanceInFlight",
    "AnyFault",
    "Asked",
    "BadJson",
    "BigNumbers",
    "Brownout",
    "ByteOrderMark",
    "CamelCase",
    "ContentType",
    "CursorExpired",
    "CursorLoop",
    "DateForm",
    "DateSkew",
    "DayEdge",
    "DeepNesting",
    "Drip",
    "DuplicateKeys",
    "EmptyList",
    "EmptyResponse",
    "End",
    "ErrorBody",
    "ErrorFlags",
    "ErrorInside",
    "ErrorShape",
    "ExpireTokens",
    "ExtraField",
    "Forbidden",
    "ForeignRows",
    "Gap",
    "HtmlInside",
    "HugeBody",
    "InstitutionLine",
    "KeyRefused",
    "Latin1",
    "LimitBytes",
    "LoneSurrogate",
    "MissingOptional",
    "MoneyForm",
    "NextAbsent",
    "NextEmpty",
    "NextForeign",
    "NextForm",
    "NotANumber",
    "NullForOptional",
    "OldShape",
    "OrderChanged",
    "Overlap",
    "PageRepeated",
    "PageSize",
    "PartialRows",
    "Pause",
    "Pending",
    "Piece",
    "PlainFault",
    "Quota",
    "RateLimit",
    "Reply",
    "ResetPeer",
    "RetryAfter",
    "ShortHistory",
    "StaleAnswer",
    "Stall",
    "Status",
    "TokenField",
    "TokenLifetime",
    "TotalLies",
    "TruncatedJson",
    "Unauthorised",
    "UnauthorisedLate",
    "UnknownEnum",
    "UnstableIds",
    "World",
]
