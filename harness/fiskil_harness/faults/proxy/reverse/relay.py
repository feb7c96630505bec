"""The proxy as a relay to the hosted API: every exchange is in the journal, and faults bite as in the sandbox.

The relay listens on loopback and sends every request to one upstream origin, whatever host the request states. Credentials
pass through and are kept in the journal only; ``secrets`` returns them, so that they can be removed from all output.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.core.net.uvicorn_protocol import HttpRequest
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import Reply
from fiskil_harness.faults.proxy.connections.acceptor import Acceptor
from fiskil_harness.faults.proxy.exchange import ProxiedCall
from fiskil_harness.faults.proxy.proxy import Proxy
from fiskil_harness.faults.proxy.reverse.read_only_guard import Guard
from fiskil_harness.faults.proxy.reverse.secrets import secrets_in
from fiskil_harness.faults.proxy.reverse.upstream import Upstream
from fiskil_harness.faults.proxy.uvicorn_protocol import ProxyProtocol
from fiskil_harness.faults.rules import Rule
from fiskil_harness.journal import Refused
from fiskil_harness.sandbox.api.routes import route_of


class Relay(Proxy):
    """A relay between an app and the hosted API; ``url`` replaces the API's URL in the app's configuration."""

    def __init__(
        self,
        loop: Loop,
        *,
        upstream: str,
        ca_file: Path | None = None,
        port: int = 0,
        guard: Guard | None = None,
        clock_s: Callable[[], float] | None = None,
        crashes: list[Crash] | None = None,
    ) -> None:
        """Start to listen; *upstream* receives nothing before a client sends a request.

        Args:
            loop: The loop that serves the relay.
            upstream: The origin to which every request is sent, such as ``https://api.fiskil.com``.
            ca_file: A file of certificate authorities to trust for *upstream* (default: those of the system).
            port: The port to listen on; 0 for any.
            guard: Decides which requests pass (default: all).
            clock_s: Seconds for faults that depend on time (default: real seconds since now).
            crashes: Collects exceptions of the relay itself (default: they go to logging).

        Raises:
            UsageError: *upstream* is not an origin, or the port is in use.
        """
        api = Upstream(upstream, ca_file=ca_file, guard=guard)
        super().__init__(api, route_of=route_of, world=None, clock_s=clock_s or stopwatch())
        self.upstream_url, self.guard = api.origin.url, guard
        self._acceptor = Acceptor(self.rules, loop=loop.asyncio, report=self.note_connection)
        self.rules.listener = self
        self._server = Server(loop, self, port=port, protocol=ProxyProtocol, door=self._acceptor, crashes=crashes)
        self.port, self.url = self._server.port, self._server.url

    def close(self) -> None:
        """Stop listening and drop every connection; calling it twice is allowed."""
        self._server.close()

    def secrets(self) -> Iterable[tuple[str, str]]:
        """Return the tokens and secrets that have passed, by kind, for a redactor."""
        return secrets_in(self.journal) if self.journal is not None else ()

    def refuse_impossible(self, rule: Rule) -> None:
        """Raise ConfigError if a relay cannot perform the fault of *rule*.

        Raises:
            ConfigError: The fault needs the sandbox or TLS, or the rule depends on an event.
        """
        if rule.fault.needs_world:
            raise ConfigError(
                f"{rule.name} acts on the sandbox, but this relay leads to the hosted API. "
                "Use a fault that acts on the exchange, or run against the sandbox."
            )
        if rule.from_event or rule.until_event:
            raise ConfigError(
                "A relay does not receive the hosted API's events, so no event can start or end a fault. "
                "Use 'calls' with numbers, or run against the sandbox."
            )
        self._acceptor.refuse_impossible(rule)

    def apply_rules(self) -> None:
        """Apply the current rules to connections."""
        self._acceptor.apply_rules()

    def refusal_of(self, call: ProxiedCall, request: HttpRequest, *, is_complete: bool) -> Reply | None:
        """Return the response to a request that the guard refuses, and record the refusal; None if the request passes."""
        if self.guard is None:
            return None
        objection = self.guard.objection_to(request, call.target, is_complete=is_complete)
        if objection is None:
            return self.guard.unauthorised(request)
        if call.journal is not None:
            call.journal.write(
                Refused(
                    **call.journal.stamp(),
                    method=request.method,
                    route=call.facts.route,
                    kind=objection.kind,
                    why=objection.why,
                    request_number=call.number,
                )
            )
        return objection.reply
