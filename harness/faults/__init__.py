"""Faults: what can break between app and API, each a frozen value that says what goes wrong. One module per family."""

from typing import TYPE_CHECKING, Union

from harness.faults import auth, connection, dns, payload, status, tls, transport
from harness.faults.auth import ExpireTokens
from harness.faults.base import Asked, End, Pause, Piece, PlainFault, Reply, World
from harness.faults.connection import (
    Blackhole,
    Down,
    Flap,
    MaxConnections,
    Refuse,
    ResetOnAccept,
    SlowClose,
    StaleKeepalive,
    Timeout,
)
from harness.faults.dns import WrongAddress
from harness.faults.payload import TruncatedJson
from harness.faults.status import Status
from harness.faults.tls import (
    AlpnMismatch,
    ClientCertificateRequired,
    ExpiredCertificate,
    FutureCertificate,
    HandshakeClose,
    HandshakeReset,
    HandshakeStall,
    MissingIntermediate,
    OldTls,
    PlainHttp,
    RotatedCertificate,
    SelfSigned,
    SniRequired,
    TlsTruncation,
    UnknownAuthority,
    WrongHost,
)
from harness.faults.transport import Drip, EmptyResponse, LimitBytes, ResetPeer, Stall

FAMILIES = (connection, transport, tls, dns, status, payload, auth)
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
    "AlpnMismatch",
    "AnyFault",
    "Asked",
    "Blackhole",
    "ClientCertificateRequired",
    "Down",
    "Drip",
    "EmptyResponse",
    "End",
    "ExpireTokens",
    "ExpiredCertificate",
    "Flap",
    "FutureCertificate",
    "HandshakeClose",
    "HandshakeReset",
    "HandshakeStall",
    "LimitBytes",
    "MaxConnections",
    "MissingIntermediate",
    "OldTls",
    "Pause",
    "Piece",
    "PlainFault",
    "PlainHttp",
    "Refuse",
    "Reply",
    "ResetOnAccept",
    "ResetPeer",
    "RotatedCertificate",
    "SelfSigned",
    "SlowClose",
    "SniRequired",
    "StaleKeepalive",
    "Stall",
    "Status",
    "Timeout",
    "TlsTruncation",
    "TruncatedJson",
    "UnknownAuthority",
    "World",
    "WrongAddress",
    "WrongHost",
]
