"""Values that describe how the acceptor in front of the API treats a connection.

A connection fault states with ``greet`` what happens to a new connection, or with ``port_state`` what happens to the port
while the fault is set.
"""

import enum
from typing import ClassVar, Literal

from msgspec import Struct

from fiskil_harness.core.net.certificates import ServerCertificate
from fiskil_harness.faults.fault import End, PlainFault

LONGEST_MS = 60_000


class TurnAway(Struct, frozen=True, kw_only=True):
    """The API never receives the connection: bytes of the client are discarded, ``data`` is sent, and the connection ends.

    Args:
        end: How it ends.
        data: What is sent before the end, once the client has sent something.
        awaits_data: Nothing happens before the first bytes of the client arrive, for a minute at most.
        silence_s: How many seconds the client must then have been silent before the connection ends.
        outages: The API goes down with this connection: pairs of seconds down and seconds up again.
    """

    end: Literal[End.RESET, End.CLOSE]
    data: bytes = b""
    awaits_data: bool = False
    silence_s: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()


class Serve(Struct, frozen=True, kw_only=True):
    """The API serves the connection, with something wrong about it; defaults mean nothing unusual.

    Args:
        certificate: What a TLS server presents.
        is_met_by_success: A completed handshake counts as a bite; otherwise it counts as a fault with nothing to spoil.
        most_open: The connection waits until fewer than so many others are open.
        close_after_s: How many seconds each close by the API is delayed.
        stale_by: How the connection ends while it is kept.
        stale_after_s: It ends after so many idle seconds after a response; None means when the next request arrives.
        cut_after_bytes: It is cut after so many bytes of responses.
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
    """The behaviour of the API's port while a fault of the port is set."""

    REFUSES = "refuses"
    DROPS = "drops"


class ConnectionFault(PlainFault, frozen=True, kw_only=True):
    """A fault of connections, on the route ``connection``.

    A fault with a ``port_state`` matches no connection: it acts from the moment it is set until it is lifted, and ``times``
    is the number of times that it must at least be observed to act.

    Class attributes:
        needs_tls: The API must use TLS.
        port_state: What the port does while the fault is set; None for a fault that acts on single connections.
    """

    where: ClassVar[Literal["exchange", "connection"]] = "connection"
    ends: ClassVar[bool] = True
    needs_tls: ClassVar[bool] = False
    port_state: ClassVar[PortState | None] = None

    def greet(self) -> Greeting:
        """Return how a new connection is treated."""
        return Serve()
