"""The hosted Fiskil in a run: a relay to its API that refuses unsafe requests, and sinks for the app's alerts and telemetry.

The harness gives no consent and sends no webhook, so scenarios whose steps need a sandbox cannot run.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from fiskil_harness.app.monitoring import AlertSink, Telemetry
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.webhook_format import FISKIL, SCHEMES_BY_INTERPRETATION, Dialect
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.certificates import Authority, Certificates
from fiskil_harness.core.net.server import Loop
from fiskil_harness.core.randomness import Mint
from fiskil_harness.faults.proxy.reverse.read_only_guard import Guard
from fiskil_harness.faults.proxy.reverse.relay import Relay
from fiskil_harness.faults.proxy.reverse.secrets import secrets_in
from fiskil_harness.journal import SOURCE_ADDRESSES, Canaries, InterpretationsUsed, Journal
from fiskil_harness.runner.hosted.account import Account
from fiskil_harness.runner.hosted.address import Address
from fiskil_harness.sandbox import Credentials
from fiskil_harness.sandbox.sandbox import mint_credentials


class HostedFiskil:
    """The relay to one hosted account, as a driver needs it."""

    def __init__(
        self, account: Account, address: Address, settings: Settings, *, workdir: Path, guard: Guard, seed: int
    ) -> None:
        """Start to listen; the relay sends nothing to the hosted API before the app sends a request.

        Args:
            workdir: Existing folder for the certificates.
            guard: Decides which requests the relay forwards.

        Raises:
            UsageError: The port is in use.
        """
        self.account, self.address, self.guard = account, address, guard
        self._authority = Authority(workdir)
        self.credentials: Credentials = msgspec.structs.replace(
            mint_credentials(Mint(seed=seed)), client_id=address.client_id, client_secret=address.client_secret
        )
        self._initial = self.interpretations = Interpretations(settings.sandbox.interpretations)
        self._passed_secrets: set[tuple[str, str]] = set()
        crashes: list[Crash] = []
        self.loop = Loop(crashes=crashes)
        self._sinks: list[Any] = []
        port = settings.hosted.port
        try:
            self.proxy = Relay(
                self.loop, upstream=address.url, ca_file=address.ca_file, port=port, guard=guard, crashes=crashes
            )
            self._sinks = [self.proxy]
            # No consent journeys run here, so the second URL is only a placeholder.
            self.api_url = self.auth_url = self.auth_origin = self.proxy.url
            self.alerts = AlertSink(self.loop, crashes=crashes)
            self.telemetry = Telemetry(self.loop, crashes=crashes)
            self._sinks += [self.alerts, self.telemetry]
        except BaseException:
            self.close()
            raise

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
        """Return the harness's interpretation of the clause *clause_id*."""
        return self.interpretations.of(clause_id)

    def interpret(self, chosen: Mapping[str, str]) -> None:
        """Choose interpretations for the harness; the hosted API keeps its own."""
        self.interpretations = self._initial.with_chosen(chosen)

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Yield every secret of the account, and every secret that has passed the relay, as a pair of kind and value."""
        yield from self.account.secrets
        yield from self._passed_secrets
        yield from self.proxy.secrets()
        yield "webhook_secret", self.credentials.webhook_secret

    def expire_tokens(self) -> None:
        """Let the relay refuse every token used so far."""
        self.guard.expire_tokens()

    def begin(self, journal: Journal) -> None:
        """Record the app's requests into *journal* from now on."""
        self.proxy.begin(journal)

    def finish(self, journal: Journal) -> None:
        """Write the secrets of the app's config and the interpretations into *journal*, and remember its secrets."""
        client_secret, webhook_secret = self.credentials.client_secret, self.credentials.webhook_secret
        journal.write(Canaries(values={"client secret": (client_secret,), "webhook secret": (webhook_secret,)}))
        journal.write(InterpretationsUsed(clauses=(), chosen=self.interpretations.chosen))
        self._passed_secrets.update(secrets_in(journal))

    def restore(self) -> None:
        """Let the relay accept the tokens again that ``expire_tokens`` expired; nothing else is ever changed."""
        self.guard.accept_tokens()

    def reset(self) -> None:
        """Lift every fault; the hosted API is not changed."""
        self.proxy.rules.clear()
        self.interpretations = self._initial

    def close(self) -> None:
        """Stop listening."""
        for sink in self._sinks:
            sink.close()
        self.loop.close()
