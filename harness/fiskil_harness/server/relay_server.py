"""A relay before the hosted API at somebody's hand: it records, lets faults bite, and takes orders on a port of its own."""

from collections.abc import Callable, Sequence
from pathlib import Path

from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.faults.proxy import Relay, Rule
from fiskil_harness.journal import Bite
from fiskil_harness.server.control_http import application_of
from fiskil_harness.server.exchange_log import ExchangeLog
from fiskil_harness.server.fault_control import FaultControl


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
            self.log = ExchangeLog(
                self.relay, Redactor(self.relay.secrets), title="relay", origin=self.relay.url, tell_bite=tell_bite
            )
            self.log.begin()
            for rule in faults:
                self.relay.rules.set(rule)
            orders = FaultControl(self.relay.rules, exchanges=self.log.exchanges, har=self.log.har)
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
