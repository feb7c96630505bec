"""A relay before the hosted API at somebody's hand: it records, lets faults bite, and takes orders on a port of its own."""

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.crashes import Crash
from harness.journal import Bite
from harness.link import Relay, Rule
from harness.link_log import LinkLog
from harness.link_orders import LinkOrders
from harness.listen import Loop, Server
from harness.orders_in import application_of
from harness.redact import Redactor


class Relaying:
    """Everything that the command ``relay`` runs; close it, and nothing is left."""

    def __init__(
        self,
        upstream: str,
        *,
        ca_file: Path | None = None,
        port: int = 0,
        control_port: int = 0,
        faults: Sequence[Rule] = (),
        tell_bite: Callable[[Bite], None] | None = None,
    ) -> None:
        """Listen at once; *upstream* is asked nothing before a client asks.

        Args:
            ca_file: Whom to trust for *upstream* (default: the system's authorities).
            faults: Wait from the beginning, until they are lifted.
            tell_bite: Gets each bite of a fault, named in its own words; it is called on the server's thread.

        Raises:
            UsageError: *upstream* is no origin, or a port is in use.
            ConfigError: A fault acts on the sandbox, which is not here.
        """
        crashes: list[Crash] = []
        self._loop = Loop(crashes=crashes)
        try:
            self.relay = Relay(self._loop, upstream=upstream, ca_file=ca_file, port=port)
            self.log = LinkLog(
                self.relay, Redactor(self.relay.secrets), title="relay", origin=self.relay.url, tell_bite=tell_bite
            )
            self.log.begin()
            for rule in faults:
                self.relay.rules.set(rule)
            orders = LinkOrders(self.relay.rules, exchanges=self.log.exchanges, har=self.log.har)
            self._control = Server(self._loop, application_of(orders.all(), crashes=crashes), port=control_port)
        except BaseException:
            self._loop.close()
            raise
        self.control_url = self._control.url

    def close(self) -> None:
        """Stop listening; nothing is left."""
        self._control.close()
        self.relay.close()
        self._loop.close()
