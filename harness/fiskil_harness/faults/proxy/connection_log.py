"""Records the outcome of each connection that a fault has taken: one bite, or none."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from fiskil_harness.faults.rules import Rule, Rules, Waiting


class ConnectionBite(Struct, frozen=True, kw_only=True):
    """The report that a fault acted on a connection.

    Args:
        rule: The rule of the fault.
        connection: The number of the connection since the start; 0 for an attempt that never reached the acceptor.
        observed: A description of what the fault did.
        port: The client's port; 0 if unknown.
    """

    rule: Rule
    connection: int
    observed: str
    port: int = 0


class ConnectionLeft(Struct, frozen=True, kw_only=True):
    """The report that a client ended a connection which a fault had bitten and still held open."""

    rule: Rule
    port: int


Report = Callable[[ConnectionBite | ConnectionLeft], None]


class HeldConnection(Protocol):
    """Interface of a connection that a fault holds."""

    def release(self) -> None:
        """End the fault's hold on the connection."""


class FaultedConnection:
    """A connection that a fault has taken; ``is_open`` is True until the outcome is known: a bite, or no bite."""

    def __init__(
        self,
        waiting: Waiting,
        *,
        number: int,
        port: int,
        report: Report,
        rules: Rules,
        on_end: Callable[["FaultedConnection"], None],
    ) -> None:
        self.waiting = waiting
        self.connection: HeldConnection | None = None
        self.most_open: int | None = None
        self.is_open = True
        self.has_received = False
        self._number, self._port = number, port
        self._report, self._rules, self._on_end = report, rules, on_end

    def note_hello(self) -> None:
        """Note that the client's TLS hello has arrived."""
        self.has_received = True

    def note_bite(self, observed: str) -> None:
        """Report the bite, unless the outcome is already known."""
        if self.is_open:
            self.is_open = False
            self._rules.settle(self.waiting, has_bitten=True)
            self._report(ConnectionBite(rule=self.waiting.rule, connection=self._number, observed=observed, port=self._port))

    def note_client_left(self) -> None:
        """Report that the client ended a connection which the fault held; before a bite, report nothing."""
        if not self.is_open:
            self._report(ConnectionLeft(rule=self.waiting.rule, port=self._port))

    def note_no_bite(self) -> None:
        """Let the fault wait for another connection, unless the outcome is already known."""
        if self.is_open:
            self.is_open = False
            self._rules.settle(self.waiting, has_bitten=False)

    def end(self) -> None:
        """Note that the fault is done with the connection."""
        self.note_no_bite()
        self._on_end(self)

    def release(self) -> None:
        """Treat the connection like any other from now on, because the fault was lifted."""
        self.most_open = None
        self.end()
        if self.connection is not None:
            self.connection.release()


class PlainConnection:
    """Stands in for a ``FaultedConnection`` if no fault has taken the connection: it records nothing."""

    has_received = False

    def note_hello(self) -> None:
        """Do nothing."""

    def note_bite(self, observed: str) -> None:
        """Do nothing."""

    def note_client_left(self) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""
