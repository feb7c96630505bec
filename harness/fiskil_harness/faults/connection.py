"""Faults of connections as TCP knows them: refused, dropped, reset, swallowed, queued, stale, and late to close."""

from typing import ClassVar, Literal

from fiskil_harness.faults.connection_fault import LONGEST_MS, ConnectionFault, Greeting, PortState, Serve, TurnAway
from fiskil_harness.faults.fault import End, PlainFault, refuse_outside

REASONS = {"N-HALF-OPEN": "A peer that is gone without a FIN looks to its client like one that stalls: stall, timeout."}
"""Ids of the catalogue that are no faults of their own here, and why."""

MOST_OUTAGES = 20


class Refuse(ConnectionFault, frozen=True, kw_only=True, tag="refuse"):
    """Nobody listens at the API's port: connects are refused at once, and kept connections are closed when they are idle."""

    ids: ClassVar[tuple[str, ...]] = ("N-REFUSE",)
    ends: ClassVar[bool] = False
    spoils: ClassVar[tuple[str, ...]] = ("answer",)
    port_state: ClassVar[PortState | None] = PortState.REFUSES
    is_lasting: ClassVar[bool] = True


class Blackhole(ConnectionFault, frozen=True, kw_only=True, tag="blackhole"):
    """Connects to the API's port are not answered at all, and kept connections are closed when they are idle."""

    ids: ClassVar[tuple[str, ...]] = ("N-BLACKHOLE",)
    ends: ClassVar[bool] = False
    spoils: ClassVar[tuple[str, ...]] = ("answer",)
    port_state: ClassVar[PortState | None] = PortState.DROPS
    is_lasting: ClassVar[bool] = True


class Down(ConnectionFault, frozen=True, kw_only=True, tag="down"):
    """With the connection that it meets the API goes down: all are reset, and for ``for_ms`` connects are refused."""

    ids: ClassVar[tuple[str, ...]] = ("N-DOWN",)
    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    for_ms: int = 1000

    def check(self) -> None:
        """Refuse no time at all, and more than a minute."""
        refuse_outside(self, "for_ms", 1, LONGEST_MS)

    def greet(self) -> Greeting:
        """RST, and nobody listens."""
        return TurnAway(end=End.RESET, awaits_data=True, outages=((self.for_ms / 1000, 0.0),))


class Flap(ConnectionFault, frozen=True, kw_only=True, tag="flap"):
    """As down, but ``cycles`` times: ``down_ms`` without a listener, then ``up_ms`` with one."""

    ids: ClassVar[tuple[str, ...]] = ("N-FLAP",)
    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    down_ms: int = 500
    up_ms: int = 500
    cycles: int = 3

    def check(self) -> None:
        """Refuse no time at all, what does not repeat, and more than a minute in all."""
        refuse_outside(self, "cycles", 2, MOST_OUTAGES)
        refuse_outside(self, "down_ms", 1, LONGEST_MS // self.cycles)
        refuse_outside(self, "up_ms", 1, LONGEST_MS // self.cycles)

    def greet(self) -> Greeting:
        """RST, and nobody listens, then somebody, then nobody."""
        return TurnAway(end=End.RESET, awaits_data=True, outages=((self.down_ms / 1000, self.up_ms / 1000),) * self.cycles)


class MaxConnections(ConnectionFault, frozen=True, kw_only=True, tag="max_connections"):
    """A connection is taken and left waiting while ``connections`` others are open; it bites those that have to wait."""

    ids: ClassVar[tuple[str, ...]] = ("N-MAXCONN",)

    connections: int = 1

    def check(self) -> None:
        """Refuse a limit of none."""
        refuse_outside(self, "connections", 1, 10_000)

    def greet(self) -> Greeting:
        """Wait for others to leave."""
        return Serve(most_open=self.connections)


class SlowClose(ConnectionFault, frozen=True, kw_only=True, tag="slow_close"):
    """All bytes come in time; where the API ends the connection, its FIN comes ``delay_ms`` late."""

    ids: ClassVar[tuple[str, ...]] = ("N-SLOW-CLOSE",)

    delay_ms: int = 1000

    def check(self) -> None:
        """Refuse no delay."""
        refuse_outside(self, "delay_ms", 1, LONGEST_MS)

    def greet(self) -> Greeting:
        """Serve it and keep it."""
        return Serve(close_after_s=self.delay_ms / 1000)


class StaleKeepalive(ConnectionFault, frozen=True, kw_only=True, tag="stale_keepalive"):
    """A kept connection ends, by FIN or RST, when idle for ``idle_ms``, or with 0 just as the next request arrives."""

    ids: ClassVar[tuple[str, ...]] = ("N-STALE-KA",)
    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    idle_ms: int = 0
    by: Literal["fin", "rst"] = "fin"

    def check(self) -> None:
        """Refuse a time below none."""
        refuse_outside(self, "idle_ms", 0, LONGEST_MS)

    def greet(self) -> Greeting:
        """Serve its first requests."""
        end = End.RESET if self.by == "rst" else End.CLOSE
        return Serve(stale_by=end, stale_after_s=self.idle_ms / 1000 if self.idle_ms else None)


class ResetOnAccept(ConnectionFault, frozen=True, kw_only=True, tag="reset_on_accept"):
    """The connection is taken, and reset at the client's first word, before a byte of ours.

    Reset any sooner, a client would see it while it connects or while it reads, as chance has it.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-RESET-PRE",)
    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    def greet(self) -> Greeting:
        """RST."""
        return TurnAway(end=End.RESET, awaits_data=True)


class SilentConnection(ConnectionFault, frozen=True, kw_only=True, tag="silent_connection"):
    """All that the client sends is swallowed; after ``silence_ms`` without a word of it the connection closes.

    With 0 it is swallowed for a minute.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-TIMEOUT",)
    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    silence_ms: int = 0

    def check(self) -> None:
        """Refuse a time below none."""
        refuse_outside(self, "silence_ms", 0, LONGEST_MS)

    def greet(self) -> Greeting:
        """Swallow."""
        return TurnAway(end=End.CLOSE, silence_s=(self.silence_ms or LONGEST_MS) / 1000)


FAULTS: tuple[type[PlainFault], ...] = (
    Refuse,
    Blackhole,
    SlowClose,
    SilentConnection,
    ResetOnAccept,
    StaleKeepalive,
    Down,
    Flap,
    MaxConnections,
)
