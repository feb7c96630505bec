"""Base class of connection faults, and values that describe how the acceptor in front of the API treats a connection.

A connection fault defines one of two things: ``greet`` returns the treatment of a new connection, or ``port_state`` is the
behaviour of the API's port while the fault is set.
"""

import enum
from typing import ClassVar, Literal

from msgspec import Struct

from fiskil_harness.core.net.certificates import ServerCertificate
from fiskil_harness.faults.fault import End, Fault

LONGEST_MS = 60_000


class TurnAway(Struct, frozen=True, kw_only=True):
    """Treatment of a connection that the API never receives: the client's bytes are discarded, and the connection ends.

    Args:
        end: How the connection ends.
        data: The bytes that are sent before the end, if the client has sent something.
        awaits_data: True if the end waits for the client's first bytes, for a minute at most.
        silence_s: How many seconds the client must have been silent before the connection ends.
        outages: Outages of the API that begin when the connection ends, as pairs of seconds down and seconds up.
    """

    end: Literal[End.RESET, End.CLOSE]
    data: bytes = b""
    awaits_data: bool = False
    silence_s: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()


class Serve(Struct, frozen=True, kw_only=True):
    """Treatment of a connection that the API serves with a fault; each default means nothing unusual.

    Args:
        certificate: The certificate or TLS requirement of the server; None for the usual certificate.
        is_met_by_success: True if a completed handshake counts as a bite; False if it counts as no bite.
        most_open: The connection waits until fewer than this number of other connections are open; None for no limit.
        close_after_s: By how many seconds each close by the API is delayed.
        stale_by: How the connection ends while it is kept alive; None if it does not end.
        stale_after_s: The idle seconds until the connection ends; None ends it when the next request arrives.
        cut_after_bytes: The number of response bytes after which the connection is cut; None for no cut.
    """

    certificate: ServerCertificate | None = None
    is_met_by_success: bool = True
    most_open: int | None = None
    close_after_s: float = 0.0
    stale_by: End | None = None
    stale_after_s: float | None = None
    cut_after_bytes: int | None = None


Greeting = TurnAway | Serve


class PortState(enum.Enum):
    """The behaviour of the API's port while a port fault, such as ``refuse``, is set."""

    REFUSES = "refuses"
    DROPS = "drops"


class ConnectionFault(Fault, frozen=True, kw_only=True):
    """Base class of faults that act on connections; their rules have the route ``connection``.

    A fault with a ``port_state`` (a port fault) matches no single connection: it acts from the moment it is set until it is
    lifted. The ``times`` of its rule is then the minimum number of bites that must be observed.

    Class attributes:
        needs_tls: True if the fault needs an API with TLS.
        port_state: The behaviour of the port while the fault is set; None for a fault that acts on single connections.
    """

    where: ClassVar[Literal["exchange", "connection"]] = "connection"
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("response",)
    needs_tls: ClassVar[bool] = False
    port_state: ClassVar[PortState | None] = None

    def greet(self) -> Greeting:
        """Return the treatment of a new connection."""
        return Serve()


class PortFault(ConnectionFault, frozen=True, kw_only=True):
    """Base class of port faults: new connections get no response, and kept-alive connections close when idle."""

    ends: ClassVar[bool] = False
    is_lasting: ClassVar[bool] = True
