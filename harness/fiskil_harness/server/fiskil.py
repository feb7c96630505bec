"""The protocol of the Fiskil that an app calls in a run: a local one, or the hosted one behind a relay."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from fiskil_harness.app.monitoring import AlertSink, Telemetry
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.config.webhook_format import Dialect
from fiskil_harness.core.net.certificates import Certificates
from fiskil_harness.core.net.server import Loop
from fiskil_harness.errors import StepError
from fiskil_harness.faults.proxy import Proxy
from fiskil_harness.journal import Journal
from fiskil_harness.sandbox import Credentials
from fiskil_harness.server.local_fiskil import LocalFiskil


class Fiskil(Protocol):
    """The Fiskil that an app calls in a run: its API behind a proxy that breaks it, and sinks for alerts and telemetry."""

    loop: Loop
    alerts: AlertSink
    telemetry: Telemetry

    @property
    def proxy(self) -> Proxy:
        """The proxy between the app and the API, which records requests and applies faults."""

    @property
    def api_url(self) -> str:
        """The URL of the API for the app."""

    @property
    def auth_url(self) -> str:
        """The URL at which the consent page is served."""

    @property
    def auth_origin(self) -> str:
        """The origin of the consent page as the app knows it."""

    @property
    def credentials(self) -> Credentials:
        """The client id, the client secret and the webhook secret for the app."""

    @property
    def certificates(self) -> Certificates:
        """The files of a local authority and its certificate for loopback."""

    @property
    def dialect(self) -> Dialect:
        """The signature scheme and the payload format of webhooks."""

    @property
    def webhook_sources(self) -> tuple[str, ...]:
        """The IP addresses that genuine deliveries come from."""

    @property
    def interpretations(self) -> Interpretations:
        """The current interpretations of all clauses."""

    def interpretation(self, clause_id: str) -> str:
        """Return the current interpretation of the clause *clause_id*."""

    def interpret(self, chosen: Mapping[str, str]) -> None:
        """Choose other interpretations until the next reset."""

    def secrets(self) -> Iterable[tuple[str, str]]:
        """Return every secret as a pair of kind and value, for a redactor."""

    def expire_tokens(self) -> None:
        """Expire every access token now."""

    def begin(self, journal: Journal) -> None:
        """Record the app's requests into *journal* from now on."""

    def finish(self, journal: Journal) -> None:
        """Write into *journal* what probes must know: the secrets, the interpretations, and the meaning of each id."""

    def restore(self) -> None:
        """Accept the app's API key and its tokens that expired early again, and serve the API at its first URL."""

    def reset(self) -> None:
        """Lift every fault, and remove what the scenario created."""

    def close(self) -> None:
        """Stop listening."""


def local(fiskil: Fiskil) -> LocalFiskil:
    """Return *fiskil* as a local Fiskil, which has a sandbox.

    Raises:
        StepError: It is the hosted Fiskil.
    """
    if not isinstance(fiskil, LocalFiskil):
        raise StepError("The hosted API has no sandbox. Run this without --api hosted.")
    return fiskil
