"""The relay of the command ``relay``: forwards to the hosted API, records, applies faults, and has a control API."""

from collections.abc import Callable, Sequence
from pathlib import Path

from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.faults.proxy.reverse.relay import Relay
from fiskil_harness.journal import Bite
from fiskil_harness.server.control_http import application_of
from fiskil_harness.server.exchange_log import ExchangeLog
from fiskil_harness.server.fault_control import FaultControl


class RelayServer:
    """Everything that the command ``relay`` runs, until it is closed."""

    def __init__(
        self,
        upstream: str,
        *,
        ca_file: Path | None = None,
        port: int = 0,
        control_port: int = 0,
        faults: Sequence[Rule] = (),
        on_bite: Callable[[Bite], None] | None = None,
    ) -> None:
        """Start to listen; the relay sends nothing to *upstream* before a client sends a request.

        Args:
            upstream: Origin of the hosted API.
            ca_file: The authority to trust for *upstream* (default: the system's).
            port: Port of the relay; 0 chooses a free one.
            control_port: Port of the control API; 0 chooses a free one.
            faults: Faults that are set from the start until they are lifted.
            on_bite: Called with each bite of a fault, on the server's thread; its ``fault`` is the fault as text.

        Raises:
            UsageError: *upstream* is not an origin, or a port is in use.
            ConfigError: A fault needs the sandbox or TLS, or depends on an event.
        """
        crashes: list[Crash] = []
        self._loop = Loop(crashes=crashes)
        try:
            self.relay = Relay(self._loop, upstream=upstream, ca_file=ca_file, port=port, crashes=crashes)
            self.log = ExchangeLog(
                self.relay, Redactor(self.relay.secrets), title="relay", origin=self.relay.url, on_bite=on_bite
            )
            self.log.begin()
            for rule in faults:
                self.relay.rules.set(rule)
            fault_control = FaultControl(self.relay.rules, exchanges=self.log.exchanges, har=self.log.har)
            self._control = Server(self._loop, application_of(fault_control.all(), crashes=crashes), port=control_port)
        except BaseException:
            self._loop.close()
            raise
        self.control_url = self._control.url

    def close(self) -> None:
        """Stop listening."""
        self._control.close()
        self.relay.close()
        self._loop.close()
