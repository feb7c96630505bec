"""A fault and the connection that it met: what came of it is told once, or that nothing did."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from fiskil_harness.faults.rules import Rule, Rules, Waiting


class ConnectionBite(Struct, frozen=True, kw_only=True):
    """A fault acted on a connection, the ``connection``-th since the start; 0 is one that never reached us.

    ``port`` is the client's own, 0 where it is not known.
    """

    rule: Rule
    connection: int
    observed: str
    port: int = 0


class ConnectionLeft(Struct, frozen=True, kw_only=True):
    """The client ended a connection that a fault had bitten and still held."""

    rule: Rule
    port: int


Report = Callable[[ConnectionBite | ConnectionLeft], None]


class HeldConnection(Protocol):
    """What a fault still holds in its hands."""

    def release(self) -> None:
        """Let go of it."""


class Meeting:
    """One connection that a fault has taken. It is open until what the fault did has shown, or that it did nothing."""

    def __init__(
        self,
        waiting: Waiting,
        *,
        number: int,
        port: int,
        report: Report,
        rules: Rules,
        over: Callable[["Meeting"], None],
    ) -> None:
        self.waiting = waiting
        self.held: HeldConnection | None = None
        self.most_open: int | None = None
        self.is_open = True
        self.has_received = False
        self._number, self._port = number, port
        self._report, self._rules, self._over = report, rules, over

    def hears(self) -> None:
        """Take note that the client has said hello."""
        self.has_received = True

    def shows(self, seen: str) -> None:
        """The fault has bitten: tell so, the first time."""
        if self.is_open:
            self.is_open = False
            self._rules.settle(self.waiting, has_bitten=True)
            self._report(ConnectionBite(rule=self.waiting.rule, connection=self._number, observed=seen, port=self._port))

    def leaves(self) -> None:
        """The client ends what the fault held; where nothing had come of it yet there is nothing to tell."""
        if not self.is_open:
            self._report(ConnectionLeft(rule=self.waiting.rule, port=self._port))

    def spares(self) -> None:
        """Nothing came of it: the fault waits for another connection, unless it had bitten before."""
        if self.is_open:
            self.is_open = False
            self._rules.settle(self.waiting, has_bitten=False)

    def ends(self) -> None:
        """The connection is over, or as any other."""
        self.spares()
        self._over(self)

    def release(self) -> None:
        """The fault is lifted: the connection is as any other from now on."""
        self.most_open = None
        self.ends()
        if self.held is not None:
            self.held.release()


class Unmet:
    """In the place of a meeting, for a connection that no fault has met."""

    has_received = False

    def hears(self) -> None:
        """Nobody waits for that."""

    def shows(self, seen: str) -> None:
        """It is nobody's doing."""

    def leaves(self) -> None:
        """So do all."""

    def ends(self) -> None:
        """Nothing is left of it."""
