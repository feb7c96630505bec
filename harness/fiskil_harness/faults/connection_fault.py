"""How a connection is met on which something goes wrong: values that the door in front of the API performs.

A connection fault says with ``greet`` what happens to a connection that comes, or with ``stands`` what happens to the port
as long as the fault is set.
"""

import enum
from typing import ClassVar, Literal

from msgspec import Struct

from fiskil_harness.core.net.certificates import ServerCertificate
from fiskil_harness.faults.fault import End, PlainFault

LONGEST_MS = 60_000


class TurnAway(Struct, frozen=True, kw_only=True):
    """The API never hears of the connection: what it sends is read and thrown away, ``data`` is sent, and it ends.

    ``awaits_data`` lets all of that wait for the client's first word. ``silence_s`` is how long the client must then have
    said nothing. With ``outages`` the API goes down with this connection: pairs of seconds down and seconds up again.
    """

    end: Literal[End.RESET, End.CLOSE]
    data: bytes = b""
    awaits_data: bool = False
    silence_s: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()


class Serve(Struct, frozen=True, kw_only=True):
    """The API serves the connection, with something wrong about it; what is not said is as usual.

    ``shown`` is what a TLS server shows; where ``is_met_by_success`` a handshake that comes to its end is what was wanted.
    ``most_open`` lets the connection wait until fewer than so many others are open. ``close_after_s`` holds each end of ours
    back so long. ``stale_by`` ends the connection when it has been idle for ``stale_after_s`` after an answer, or without
    that when the next request arrives. ``cut_after_bytes`` of answers it is cut.
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
    """What the API's port does while a fault stands."""

    REFUSES = "refuses"
    DROPS = "drops"


class ConnectionFault(PlainFault, frozen=True, kw_only=True):
    """A fault of connections, on the route ``connection``. ``needs_tls`` tells that the API must speak TLS.

    A fault that stands meets no connection: it holds from the moment that it is set until it is lifted, and ``times`` counts
    how often it must at least be seen to act.
    """

    where: ClassVar[Literal["exchange", "connection"]] = "connection"
    ends: ClassVar[bool] = True
    needs_tls: ClassVar[bool] = False
    port_state: ClassVar[PortState | None] = None

    def greet(self) -> Greeting:
        """How a connection is met."""
        return Serve()
