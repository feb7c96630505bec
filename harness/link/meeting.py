"""A fault and the connection that it met: what came of it is told once, or that nothing did."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from harness.link.rules import Rule, Rules, Waiting


class ConnectionBite(Struct, frozen=True, kw_only=True):
    """A fault acted on a connection, the ``connection``-th since the start; 0 is one that never reached us."""

    rule: Rule
    connection: int
    seen: str


class Held(Protocol):
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
        report: Callable[[ConnectionBite], None],
        rules: Rules,
        over: Callable[["Meeting"], None],
    ) -> None:
        self.waiting = waiting
        self.held: Held | None = None
        self.most_open: int | None = None
        self.is_open = True
        self.has_heard = False
        self._number, self._report, self._rules, self._over = number, report, rules, over

    def hears(self) -> None:
        """Take note that the client has said hello."""
        self.has_heard = True

    def shows(self, seen: str) -> None:
        """The fault has bitten: tell so, the first time."""
        if self.is_open:
            self.is_open = False
            self._rules.settle(self.waiting, has_bitten=True)
            self._report(ConnectionBite(rule=self.waiting.rule, connection=self._number, seen=seen))

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
