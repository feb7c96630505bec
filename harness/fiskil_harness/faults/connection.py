"""TCP connection faults: connections are refused, dropped, reset, discarded, queued, stale, or late to close."""

from typing import Annotated, ClassVar, Literal

from fiskil_harness.faults.connection_fault import (
    LONGEST_MS,
    ConnectionFault,
    Greeting,
    PortFault,
    PortState,
    Serve,
    TurnAway,
)
from fiskil_harness.faults.fault import Between, End, refuse_outside

MOST_OUTAGES = 20


class Refuse(PortFault, frozen=True, kw_only=True, tag="refuse"):
    """Nothing listens at the API's port: new connections are refused at once, and kept-alive connections close when idle."""

    ids: ClassVar[tuple[str, ...]] = ("N-REFUSE",)
    port_state: ClassVar[PortState | None] = PortState.REFUSES


class Blackhole(PortFault, frozen=True, kw_only=True, tag="blackhole"):
    """New connections to the API's port get no response at all, and kept-alive connections close when idle."""

    ids: ClassVar[tuple[str, ...]] = ("N-BLACKHOLE",)
    port_state: ClassVar[PortState | None] = PortState.DROPS


class WrongAddress(PortFault, frozen=True, kw_only=True, tag="wrong_address"):
    """The API's name resolves to an IP address where nothing listens: every new connection is refused.

    The harness does not control how the app resolves names, so this is what the app finds at a wrong IP address.
    """

    ids: ClassVar[tuple[str, ...]] = ("D-WRONG-IP",)
    port_state: ClassVar[PortState | None] = PortState.REFUSES


class Down(ConnectionFault, frozen=True, kw_only=True, tag="down"):
    """The API goes down at the matched connection: all connections are reset, and new ones are refused for ``for_ms``.

    Args:
        for_ms: How long new connections are refused, from 1 to 60,000 milliseconds.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-DOWN",)

    for_ms: Annotated[int, Between(1, LONGEST_MS)] = 1000

    def greet(self) -> Greeting:
        """Return a reset followed by one outage."""
        return TurnAway(end=End.RESET, awaits_data=True, outages=((self.for_ms / 1000, 0.0),))


class Flap(ConnectionFault, frozen=True, kw_only=True, tag="flap"):
    """All connections are reset, then the API is down for ``down_ms`` and up for ``up_ms``, ``cycles`` times in turn.

    Args:
        down_ms: How long new connections are refused in each cycle, in milliseconds.
        up_ms: How long new connections are then accepted, in milliseconds.
        cycles: The number of outages, from 2 to 20. The time down and the time up may each total a minute at most.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-FLAP",)

    down_ms: int = 500
    up_ms: int = 500
    cycles: int = 3

    def check(self) -> None:
        """Raise ConfigError unless ``cycles`` is from 2 to 20, and the times down and up each total a minute at most."""
        refuse_outside(self, "cycles", 2, MOST_OUTAGES)
        refuse_outside(self, "down_ms", 1, LONGEST_MS // self.cycles)
        refuse_outside(self, "up_ms", 1, LONGEST_MS // self.cycles)

    def greet(self) -> Greeting:
        """Return a reset followed by repeated outages."""
        return TurnAway(end=End.RESET, awaits_data=True, outages=((self.down_ms / 1000, self.up_ms / 1000),) * self.cycles)


class MaxConnections(ConnectionFault, frozen=True, kw_only=True, tag="max_connections"):
    """A connection is accepted but not served while ``connections`` others are open; only connections that wait are bites.

    Args:
        connections: The number of connections that are served at once, from 1 to 10,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-MAXCONN",)
    spoils: ClassVar[tuple[str, ...]] = ()

    connections: Annotated[int, Between(1, 10_000)] = 1

    def greet(self) -> Greeting:
        """Return a connection that waits for others to close."""
        return Serve(most_open=self.connections)


class SlowClose(ConnectionFault, frozen=True, kw_only=True, tag="slow_close"):
    """All bytes arrive in time, but when the API closes the connection, the FIN is sent ``delay_ms`` late.

    Args:
        delay_ms: The delay of the FIN, from 1 to 60,000 milliseconds.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-SLOW-CLOSE",)
    spoils: ClassVar[tuple[str, ...]] = ()

    delay_ms: Annotated[int, Between(1, LONGEST_MS)] = 1000

    def greet(self) -> Greeting:
        """Return a connection that is served and closes late."""
        return Serve(close_after_s=self.delay_ms / 1000)


class StaleKeepalive(ConnectionFault, frozen=True, kw_only=True, tag="stale_keepalive"):
    """A kept-alive connection ends after it was idle for ``idle_ms``; with 0 it ends just as the next request arrives.

    Args:
        idle_ms: The idle time before the end, from 0 to 60,000 milliseconds.
        by: How the connection ends: ``fin`` or ``rst``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-STALE-KA",)

    idle_ms: Annotated[int, Between(0, LONGEST_MS)] = 0
    by: Literal["fin", "rst"] = "fin"

    def greet(self) -> Greeting:
        """Return a connection that is served until it goes stale."""
        end = End.RESET if self.by == "rst" else End.CLOSE
        return Serve(stale_by=end, stale_after_s=self.idle_ms / 1000 if self.idle_ms else None)


class ResetOnAccept(ConnectionFault, frozen=True, kw_only=True, tag="reset_on_accept"):
    """The connection is accepted, and reset when the first bytes of the client arrive, before any byte is sent back.

    After an earlier reset, a client would fail by chance either while connecting or while reading.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-RESET-PRE",)

    def greet(self) -> Greeting:
        """Return a reset after the first bytes."""
        return TurnAway(end=End.RESET, awaits_data=True)


class SilentConnection(ConnectionFault, frozen=True, kw_only=True, tag="silent_connection"):
    """All bytes of the client are discarded; the connection closes after the client has been silent for ``silence_ms``.

    Args:
        silence_ms: How long the client must be silent, from 0 to 60,000 milliseconds; 0 means a minute.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-TIMEOUT",)

    silence_ms: Annotated[int, Between(0, LONGEST_MS)] = 0

    def greet(self) -> Greeting:
        """Return a connection whose bytes are discarded."""
        return TurnAway(end=End.CLOSE, silence_s=(self.silence_ms or LONGEST_MS) / 1000)
