"""Fiskil on loopback: the sandbox with its servers, the proxy in front of its API, and sinks for alerts and telemetry."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import msgspec

from fiskil_harness.app.monitoring import AlertSink, Telemetry
from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import Clock, stopwatch
from fiskil_harness.core.config.webhook_format import FISKIL, SCHEMES_BY_INTERPRETATION, Dialect, Payload, Scheme
from fiskil_harness.core.model import AuthSession, Consent
from fiskil_harness.core.net.certificates import Authority, Certificates
from fiskil_harness.core.net.origins import web_origin
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.core.randomness import Mint
from fiskil_harness.errors import FaultUnbitten
from fiskil_harness.faults import AnyFault
from fiskil_harness.faults.proxy import CONNECTION, Acceptor, Proxy, ProxyProtocol, Rule
from fiskil_harness.journal import SOURCE_ADDRESSES, Canaries, ForeignOriginCalled, InterpretationsUsed, Journal, Unencrypted
from fiskil_harness.sandbox import Credentials, EndUser, Sandbox
from fiskil_harness.sandbox.api.routes import find_spelling, require_route
from fiskil_harness.sandbox.consents.console import Console
from fiskil_harness.sandbox.consents.people import generated_person
from fiskil_harness.sandbox.sandbox import mint_credentials
from fiskil_harness.sandbox.saved_state import SavedState
from fiskil_harness.server.canary_server import CanaryServer
from fiskil_harness.webhooks.forgery_sources import ForgerySources

STABLE = "stable"
"""The salt of ids that are the same at every start."""


class LocalFiskil:
    """One local Fiskil that listens on loopback; close it, or use it as a context manager.

    It serves the API behind a proxy that can break it, and the consent page. It receives the app's alerts and telemetry.

    Attributes:
        sandbox: The state and its operations, without sockets.
        proxy: The proxy in front of the API; ``proxy.rules`` are its faults.
        loop: The thread and event loop of all servers.
        alerts: Receives the app's alerts at its ``url``.
        telemetry: Receives the app's telemetry over OTLP at its ``url``.
        canary_server: A server with another origin, to which faults and payloads try to lead the app.
    """

    def __init__(
        self,
        *,
        workdir: Path,
        seed: int = 0,
        is_tls: bool = False,
        webhook_secret: str | None = None,
        api_port: int = 0,
        auth_port: int = 0,
        auth_origin: str | None = None,
        interpretations: Interpretations | None = None,
        console: Console | None = None,
        scheme: Scheme | None = None,
        payload: Payload = FISKIL.payload,
        clock: Clock | None = None,
        has_stable_ids: bool = False,
        saved: SavedState | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """Start to listen.

        Args:
            workdir: Existing folder for the certificates.
            seed: Determines ids, credentials and generated rows.
            is_tls: True serves the API and the consent page over https only, with a certificate from a local authority.
            webhook_secret: Signing secret of webhooks, as the console shows it (default: one made from *seed*).
            api_port: Port of the API; 0 chooses a free one.
            auth_port: Port of the consent page; 0 chooses a free one.
            auth_origin: The origin of the consent page in responses of the API (default: ``auth_url``). The caller makes
                the browser reach the page there.
            interpretations: Chosen interpretations of clauses (default: the best supported ones).
            console: Settings of the team's console, such as the requested permissions (default: Fiskil's).
            scheme: Signature scheme of webhooks (default: Fiskil's, by the interpretation of ``webhooks.signature``).
            payload: Names of the fields in a webhook's body (default: Fiskil's).
            clock: Sandbox time (default: real time that can be moved forward).
            has_stable_ids: True gives the n-th end user, consent and session, and their rows, the same ids at every start.
            saved: The state of an earlier process from which to continue, with its credentials and tokens.
            not_before: The earliest sandbox time for a saved state.

        Raises:
            UsageError: A port is in use, or *auth_origin* is not an origin.
            LookupError: *saved* refers to something that does not exist.
        """
        self._auth_origin = web_origin(auth_origin) if auth_origin else ""
        self._scheme = scheme
        self._payload = payload
        self.forgery_sources = ForgerySources()
        self._authority = Authority(workdir)
        mint = Mint(seed=seed, salt=saved.salt if saved else None, id_salt=STABLE if has_stable_ids else None)
        credentials = saved.credentials if saved else mint_credentials(mint, webhook_secret=webhook_secret)
        if webhook_secret is not None:
            credentials = msgspec.structs.replace(credentials, webhook_secret=webhook_secret)
        if scheme is not None and webhook_secret is None:
            credentials = msgspec.structs.replace(credentials, webhook_secret=scheme.secret_of(credentials.webhook_secret))
        self.sandbox = Sandbox(
            institutions=catalog.institutions(),
            mint=mint,
            credentials=credentials,
            named=catalog.people().values(),
            interpretations=interpretations,
            console=console,
            clock=clock,
            saved=saved,
            not_before=not_before,
        )
        self._elapsed_s = stopwatch()
        crashes = self.sandbox.crashes
        self.loop = Loop(crashes=crashes)
        self.proxy = Proxy(
            self.sandbox.api,
            route_of=lambda method, path: find_spelling(self.sandbox.store, method, path).name,
            world=self,
            has_reported=self._has_event,
            clock_s=lambda: self.sandbox.clock.offset.total_seconds() + self._elapsed_s(),
            interpretation=self.interpretation,
        )
        self._servers: list[Any] = []
        try:
            self._current_api = self._initial_api = self._open_api(is_tls=is_tls, port=api_port)
            self._tls_api: _Api | None = None
            self.proxy.rules.listener = self._initial_api.acceptor
            self._page = self._register(
                Server(self.loop, self.sandbox.page, port=auth_port, certificate=self._certificate(is_tls), crashes=crashes)
            )
            self.alerts: AlertSink = self._register(AlertSink(self.loop, crashes=crashes))
            self.telemetry: Telemetry = self._register(Telemetry(self.loop, crashes=crashes))
            # It must listen before a fault needs it: faults run on the servers' thread, which cannot open a server.
            self.canary_server: CanaryServer = self._register(
                CanaryServer(self.loop, crashes=crashes, on_foreign_request=self._record_foreign_request)
            )
        except BaseException:
            self.close()
            raise
        self.sandbox.set_origins(api_url=self.api_url, auth_url=self.auth_origin)

    def _certificate(self, is_tls: bool) -> tuple[Path, Path] | None:
        return (self.certificates.chain_file, self.certificates.key_file) if is_tls else None

    def _open_api(self, *, is_tls: bool, port: int = 0) -> "_Api":
        """Open one more port of the API, plain or with TLS."""
        acceptor = Acceptor(
            self.proxy.rules,
            loop=self.loop.asyncio,
            report=self.proxy.note_connection,
            new_context=self._authority.context if is_tls else None,
        )
        server = Server(
            self.loop,
            self.proxy,
            port=port,
            protocol=ProxyProtocol,
            certificate=self._certificate(is_tls),
            door=acceptor,
            crashes=self.sandbox.crashes,
        )
        return _Api(self._register(server), acceptor, is_tls)

    def serve_tls(self) -> None:
        """Serve the API over https only, until ``restore`` is called, and record clients that connect without TLS.

        ``api_url`` changes. The plain port stays open to record clients that still use it, but serves no request.
        """
        if not self._initial_api.is_tls:
            self._tls_api = self._tls_api or self._open_api(is_tls=True)
            self._initial_api.acceptor.watch(lambda: self._record_plain(is_former=True))
        self._switch_to(self._tls_api or self._initial_api)
        self._current_api.acceptor.watch(lambda: self._record_plain(is_former=False))

    def _switch_to(self, api: "_Api") -> None:
        self._current_api = api
        self.proxy.rules.listener = api.acceptor
        self.sandbox.set_origins(api_url=self.api_url, auth_url=self.auth_origin)

    def _record_plain(self, *, is_former: bool) -> None:
        journal = self.proxy.journal
        if journal is not None:
            journal.write(Unencrypted(**journal.stamp(), is_former=is_former))

    def _register(self, server: Any) -> Any:
        self._servers.append(server)
        return server

    @property
    def api_url(self) -> str:
        """The origin of the API, without ``/v1``; requests pass through the proxy."""
        return str(self._current_api.server.url)

    @property
    def auth_url(self) -> str:
        """The origin at which the consent page is served."""
        return str(self._page.url)

    @property
    def auth_origin(self) -> str:
        """The origin of the consent page as the app knows it, which is in responses of the API."""
        return self._auth_origin or self.auth_url

    @property
    def credentials(self) -> Credentials:
        """The client id, the client secret and the webhook secret for the app."""
        return self.sandbox.credentials

    @property
    def dialect(self) -> Dialect:
        """The signature scheme and the payload format of webhooks. Source: webhooks.signature"""
        return Dialect(
            scheme=self._scheme or SCHEMES_BY_INTERPRETATION[self.interpretation("webhooks.signature")],
            payload=self._payload,
        )

    @property
    def webhook_sources(self) -> tuple[str, ...]:
        """The IP addresses on loopback that genuine deliveries come from."""
        return (
            SOURCE_ADDRESSES[:1]
            if self.sandbox.store.interpretations.of("webhooks.source-ip") == "one-address"
            else SOURCE_ADDRESSES
        )

    @property
    def certificates(self) -> Certificates:
        """The files of a local authority and its certificate for loopback, which are created at the first use."""
        return self._authority.files

    def enrol(self, name: str | None = None) -> EndUser:
        """Register an end user, as the app's server would, and return them.

        Args:
            name: A person of ``fixtures/end_users``; None generates a person from the seed, a different one at each call.

        Raises:
            UnknownName: No person has this name.
        """
        number = len(self.sandbox.store.end_users)
        person = catalog.person(name) if name else generated_person(seed=self.sandbox.mint.seed, number=number)
        return self.sandbox.create_end_user(person)

    def authorise(self, end_user: EndUser, *, is_synced: bool = True) -> Consent:
        """Give the end user's consent at the sandbox bank without the consent page, and return it.

        All permissions that the console requests are granted, for all accounts that the bank offers.

        Args:
            is_synced: True completes the sync of each dataset at once. Otherwise the syncs complete later, in sandbox time.

        Raises:
            UsageError: The person has no account to share or is not eligible, or the console requests no banking permission.
        """
        consent = self.sandbox.authorise(end_user)
        if is_synced:
            for dataset in consent.permissions:
                self.sandbox.sync(consent, dataset)
        return consent

    def conclude(self, session_id: str, outcome: str, *, email: str = "", account_keys: tuple[str, ...] = ()) -> AuthSession:
        """End an open consent journey with *outcome*, as at the consent page, and return the auth session.

        Args:
            session_id: The auth session that the app opened.
            outcome: ``approved``, ``denied`` or another outcome of a journey.
            email: The e-mail address that logs in (default: the end user's own).
            account_keys: The accounts to share, by their keys in the person's file (default: all that can be shared).

        Raises:
            UnknownName: No such outcome, or no such account.
            UsageError: The session is unknown or has ended, or the outcome is not possible in its present state.
        """
        return self.sandbox.conclude(session_id, outcome, email=email, account_keys=account_keys)

    @contextmanager
    def broken(self, route: str, fault: AnyFault, *, times: int = 1, skip: int = 0) -> Iterator[None]:
        """Apply *fault* to requests on *route* inside the block.

        Args:
            route: A route such as ``banking.transactions``, a family such as ``banking.*``, ``*``, or ``connection``.
            fault: The fault to apply.
            times: The number of requests that the fault must break; 0 means all requests, but at least one.
            skip: The number of matching requests that pass unchanged before the fault acts.

        Raises:
            UnknownName: There is no such route.
            ConfigError: With these parameters the fault breaks nothing, or the fault needs TLS or Linux, which is missing.
            FaultUnbitten: The block ended without an error, but the fault broke fewer than *times* requests.
        """
        checked_route = route if route == CONNECTION else require_route(route)
        rule = Rule(route=checked_route, fault=fault, times=times, skip=skip).check()
        waiting = self.proxy.rules.set(rule)
        try:
            yield
        finally:
            self.proxy.rules.lift(waiting)
        if waiting.left:
            bites = waiting.required - waiting.left
            raise FaultUnbitten(
                f"{rule.name} on {route!r} bit {bites} of {waiting.required} times: {waiting.problem} inside the block."
            )

    def _record_foreign_request(self, path: str, carries_token: bool) -> None:
        journal = self.proxy.journal
        if journal is not None:
            journal.write(ForeignOriginCalled(**journal.stamp(), path=path, carries_token=carries_token))

    def _has_event(self, kind: str) -> bool:
        return any(event.kind == kind for event in self.sandbox.events)

    @property
    def interpretations(self) -> Interpretations:
        """The current interpretations of all clauses."""
        return self.sandbox.store.interpretations

    def interpretation(self, clause_id: str) -> str:
        """Return the current interpretation of the clause *clause_id*."""
        return self.sandbox.store.interpretation(clause_id)

    def interpret(self, chosen: Mapping[str, str]) -> None:
        """Choose other interpretations until the next reset, for example ``{"token.lifetime": "3600"}``.

        Raises:
            UnknownName: No such clause, or the clause has no such interpretation.
        """
        self.sandbox.choose_interpretations(chosen)

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Yield every secret as a pair of kind and value, including those of earlier scenarios."""
        for kind, values in self.sandbox.canaries().items():
            for value in values:
                yield kind.replace(" ", "_"), value
        # `restart_with_wrong_secret` changes only the beginning, so the rest is secret too.
        yield "client_secret", self.credentials.client_secret[9:]
        for value in list(self.sandbox.mint.account_numbers):
            yield "account_number", value

    def expire_tokens(self) -> None:
        """Expire every access token now."""
        self.sandbox.expire_tokens()

    def advance(self, *, seconds: float) -> None:
        """Move sandbox time forward."""
        self.sandbox.clock.advance(seconds=seconds)

    def foreign_url(self) -> str:
        """Return the origin of the canary server."""
        return self.canary_server.url

    def begin(self, journal: Journal) -> None:
        """Record the app's requests into *journal* from now on, and mark those for end users of earlier scenarios."""
        deleted = frozenset(self.sandbox.store.deleted_end_users)
        self.proxy.begin(journal, is_of_earlier_scenario=lambda end_user_id: end_user_id in deleted)

    def finish(self, journal: Journal) -> None:
        """Write into *journal* what probes must know: the secrets, the interpretations, and the meaning of each id."""
        store = self.sandbox.store
        journal.write(Canaries(values=self.sandbox.canaries()))
        journal.write(InterpretationsUsed(clauses=tuple(sorted(store.used_clauses)), chosen=store.interpretations.chosen))
        names = {**dict.fromkeys(store.consents, "consent"), **self.sandbox.mint.names}
        journal.names.update({**names, **journal.names})

    def restore(self) -> None:
        """Accept the app's API key again and no other, and serve the API as at the start; ``api_url`` changes back."""
        self.sandbox.restore_keys()
        self._current_api.acceptor.watch(None)
        self._initial_api.acceptor.watch(None)
        self._switch_to(self._initial_api)

    def reset(self) -> None:
        """Remove all end users, consents, events and faults, restore the initial interpretations, return to real time."""
        self.proxy.rules.clear()
        self.sandbox.reset()

    def close(self) -> None:
        """Stop listening, and stop the thread of the servers."""
        for server in self._servers:
            server.close()
        self.loop.close()

    def __enter__(self) -> "LocalFiskil":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _Api(NamedTuple):
    """A port of the API, and the acceptor of its connections."""

    server: Server
    acceptor: Acceptor
    is_tls: bool
