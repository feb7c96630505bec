"""The environment of the app in a run against the hosted API: a relay that refuses unsafe requests, and an empty sandbox.

For a driver it replaces ``LocalFiskil``. The sandbox does not listen and has no end users; it only provides the clock and
the interpretations that steps read. Scenarios whose steps need more of the sandbox cannot run against the hosted API.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from fiskil_harness.app.monitoring import AlertSink, Telemetry
from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.config.webhook_format import FISKIL, SCHEMES_BY_INTERPRETATION, Dialect
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.certificates import Authority, Certificates
from fiskil_harness.core.net.server import Loop
from fiskil_harness.core.randomness import Mint
from fiskil_harness.faults.proxy.reverse.read_only_guard import Guard
from fiskil_harness.faults.proxy.reverse.relay import Relay
from fiskil_harness.journal import SOURCE_ADDRESSES
from fiskil_harness.runner.hosted.account import Account
from fiskil_harness.runner.hosted.address import Address
from fiskil_harness.sandbox import Credentials, Sandbox
from fiskil_harness.sandbox.sandbox import mint_credentials


class _EmptySandbox(Sandbox):
    """A sandbox without end users. The relay's guard expires tokens: it refuses later requests with them."""

    def __init__(self, guard: Guard, **arguments: Any) -> None:
        self._guard = guard
        super().__init__(**arguments)

    def expire_tokens(self) -> int:
        """Let the relay refuse every token used so far, and return the number of tokens that expired in the sandbox."""
        self._guard.expire_tokens()
        return super().expire_tokens()


class HostedFiskil:
    """The relay to one hosted account, with the interface of ``LocalFiskil`` that a driver needs."""

    def __init__(
        self,
        account: Account,
        address: Address,
        *,
        workdir: Path,
        guard: Guard,
        port: int = 0,
        seed: int = 0,
        interpretations: Interpretations | None = None,
    ) -> None:
        """Start to listen; the relay sends nothing to the hosted API before the app sends a request.

        Args:
            workdir: Existing folder for the certificates.
            guard: Decides which requests the relay forwards.
            port: Port of the relay; 0 chooses a free one.

        Raises:
            UsageError: The port is in use.
        """
        self.account, self.address, self.guard = account, address, guard
        self._authority = Authority(workdir)
        generated = mint_credentials(Mint(seed=seed))
        self.credentials: Credentials = msgspec.structs.replace(
            generated, client_id=address.client_id, client_secret=address.client_secret
        )
        self.sandbox = _EmptySandbox(
            guard,
            institutions=catalog.institutions(),
            mint=Mint(seed=seed),
            credentials=self.credentials,
            named=catalog.people().values(),
            interpretations=interpretations,
        )
        crashes: list[Crash] = self.sandbox.crashes
        self.loop = Loop(crashes=crashes)
        self._sinks: list[Any] = []
        try:
            self.proxy = Relay(
                self.loop, upstream=address.url, ca_file=address.ca_file, port=port, guard=guard, crashes=crashes
            )
            self._sinks = [self.proxy]
            self.alerts = AlertSink(self.loop, crashes=crashes)
            self.telemetry = Telemetry(self.loop, crashes=crashes)
            self._sinks += [self.alerts, self.telemetry]
        except BaseException:
            self.close()
            raise

    @property
    def api_url(self) -> str:
        """The URL of the relay, which the app calls instead of the hosted API."""
        return self.proxy.url

    @property
    def auth_url(self) -> str:
        """The URL of the relay as a placeholder: no consent journeys run here, so there is no consent page."""
        return self.proxy.url

    @property
    def dialect(self) -> Dialect:
        """The signature scheme and payload format of webhooks, although a hosted run sends no webhooks."""
        return Dialect(scheme=SCHEMES_BY_INTERPRETATION[self.interpretation("webhooks.signature")], payload=FISKIL.payload)

    @property
    def webhook_sources(self) -> tuple[str, ...]:
        """The IP addresses of webhook deliveries, although a hosted run sends no deliveries."""
        return SOURCE_ADDRESSES[:1]

    @property
    def certificates(self) -> Certificates:
        """Certificates for loopback, because the app's config may use their files."""
        return self._authority.files

    def interpretation(self, clause_id: str) -> str:
        """Return the current interpretation of the clause *clause_id*."""
        return self.sandbox.store.interpretation(clause_id)

    def interpret(self, chosen: Mapping[str, str]) -> None:
        """Choose interpretations for the harness; the hosted API keeps its own."""
        self.sandbox.choose_interpretations(chosen)

    def serve_plain(self) -> None:
        """Do nothing: the relay always serves plain HTTP, on loopback."""

    def reset(self) -> None:
        """Lift every fault; the hosted API is not changed."""
        self.proxy.rules.clear()
        self.sandbox.reset()

    def close(self) -> None:
        """Stop listening."""
        for sink in self._sinks:
            sink.close()
        self.loop.close()
