"""Where the app is when it is rehearsed before the hosted API: a relay that guards it, and nobody's sandbox.

It stands in a ``LocalFiskil``'s place for a driver. The sandbox inside listens nowhere and knows nobody; it keeps the clock
and the words that steps use, and whatever would need its people is no step for here.
"""

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
from fiskil_harness.faults.proxy import Relay
from fiskil_harness.faults.proxy.reverse.read_only_guard import Guard
from fiskil_harness.journal import HOMES
from fiskil_harness.runner.hosted.account import Account
from fiskil_harness.runner.hosted.address import Address
from fiskil_harness.sandbox import Credentials, Sandbox
from fiskil_harness.sandbox.sandbox import mint_credentials


class _Nobody(Sandbox):
    """A sandbox in which nobody is; tokens die at the guard."""

    def __init__(self, guard: Guard, **told: Any) -> None:
        self._guard = guard
        super().__init__(**told)

    def expire_tokens(self) -> int:
        """Let every token that has passed be refused from now on."""
        self._guard.expire_tokens()
        return super().expire_tokens()


class HostedFiskil:
    """The relay before one account; close it, and nothing is left."""

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
        """Listen at once; nothing goes on to the hosted API before the app asks for it."""
        self.account, self.address, self.guard = account, address, guard
        self._authority = Authority(workdir)
        minted = mint_credentials(Mint(seed=seed))
        self.credentials: Credentials = msgspec.structs.replace(
            minted, client_id=address.client_id, client_secret=address.client_secret
        )
        self.sandbox = _Nobody(
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
            self.link = Relay(self.loop, upstream=address.url, ca_file=address.ca_file, port=port, guard=guard)
            self._sinks = [self.link]
            self.alerts = AlertSink(self.loop, crashes=crashes)
            self.telemetry = Telemetry(self.loop, crashes=crashes)
            self._sinks += [self.alerts, self.telemetry]
        except BaseException:
            self.close()
            raise

    @property
    def api_url(self) -> str:
        """What the app is told in the API's place: the relay."""
        return self.link.url

    @property
    def auth_url(self) -> str:
        """Where the consent page would be; nothing is there, because journeys are none of ours here."""
        return self.link.url

    @property
    def dialect(self) -> Dialect:
        """How webhooks would be signed; none is sent here."""
        return Dialect(scheme=SCHEMES_BY_INTERPRETATION[self.interpretation("webhooks.signature")], payload=FISKIL.payload)

    @property
    def webhook_sources(self) -> tuple[str, ...]:
        """The addresses that deliveries would come from; none is sent here."""
        return HOMES[:1]

    @property
    def certificates(self) -> Certificates:
        """Certificates for loopback, because an app's config may want files."""
        return self._authority.files

    def interpretation(self, clause_id: str) -> str:
        """The reading that rules a doubtful clause."""
        return self.sandbox.store.interpretation(clause_id)

    def read_as(self, chosen: dict[str, str]) -> None:
        """Nothing but our own words: the hosted API reads its clauses as it does."""
        self.sandbox.read_as(chosen)

    def serve_plain(self) -> None:
        """Nothing: the relay always speaks plain HTTP, on loopback."""

    def reset(self) -> None:
        """Lift every fault; nobody at the hosted API is touched."""
        self.link.rules.clear()
        self.sandbox.reset()

    def close(self) -> None:
        """Stop listening; nothing is left."""
        for sink in self._sinks:
            sink.close()
        self.loop.close()
