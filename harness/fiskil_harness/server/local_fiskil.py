"""Fiskil on loopback: the sandbox with its servers, the link before its API, and sinks for what an app sends elsewhere."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import msgspec

from fiskil_harness.app.monitoring import AlertSink, Telemetry
from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import Clock, stopwatch
from fiskil_harness.core.config.webhook_format import FISKIL, SCHEMES_BY_INTERPRETATION, Dialect, Payload, Scheme
from fiskil_harness.core.model import AuthSession, Consent, EndUser, Person
from fiskil_harness.core.net.certificates import Authority, Certificates
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.core.randomness import Mint
from fiskil_harness.errors import FaultUnbitten
from fiskil_harness.faults import AnyFault
from fiskil_harness.faults.proxy import CONNECTION, Acceptor, Proxy, ProxyProtocol, Rule
from fiskil_harness.journal import HOMES, Strayed, Unencrypted
from fiskil_harness.sandbox import Credentials, Sandbox
from fiskil_harness.sandbox.api.routes import find_spelling, require_route
from fiskil_harness.sandbox.consents.console import Console
from fiskil_harness.sandbox.consents.people import generated_person
from fiskil_harness.sandbox.sandbox import mint_credentials
from fiskil_harness.server.canary_server import CanaryServer


class Enrolled:
    """An end user in a test: the person at the institution, the id that the app needs, and what the API serves."""

    def __init__(self, fiskil: "LocalFiskil", person: Person, end_user: EndUser) -> None:
        self._fiskil = fiskil
        self.person = person
        self.end_user = end_user
        self.consent: Consent | None = None

    @property
    def end_user_id(self) -> str:
        """The id that data calls need."""
        return self.end_user.end_user_id

    @property
    def transaction_ids(self) -> set[str]:
        """The ``fiskil_id`` of every transaction that the API serves now."""
        if self.consent is None:
            return set()
        return {row.fiskil_id for row in self._fiskil.sandbox.rows(self.consent, "transactions")}


class LocalFiskil:
    """One local Fiskil that listens; close it, or use it as a context manager."""

    def __init__(
        self,
        *,
        workdir: Path,
        seed: int = 0,
        is_tls: bool = False,
        webhook_secret: str | None = None,
        api_port: int = 0,
        auth_port: int = 0,
        interpretations: Interpretations | None = None,
        console: Console | None = None,
        scheme: Scheme | None = None,
        payload: Payload = FISKIL.payload,
        clock: Clock | None = None,
    ) -> None:
        """Listen at once; with *is_tls* the API speaks TLS under a certificate minted now.

        Webhooks are signed by *scheme* (default: the reading of Fiskil's that rules) and worded as *payload* says. *clock*
        is the sandbox's (default: one that goes with real time).
        """
        self.lent: tuple[str, ...] = ()
        """What the team has lent us to get into its app; no report may show it."""
        self._scheme = scheme
        self._payload = payload
        self._authority = Authority(workdir)
        mint = Mint(seed=seed)
        credentials = mint_credentials(mint, webhook_secret=webhook_secret)
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
        )
        self._elapsed_s = stopwatch()
        crashes = self.sandbox.crashes
        self.loop = Loop(crashes=crashes)
        self.link = Proxy(
            self.sandbox.api,
            route_of=lambda method, path: find_spelling(self.sandbox.store, method, path).name,
            world=_World(self),
            told=self._has_told,
            clock_s=lambda: self.sandbox.clock.offset.total_seconds() + self._elapsed_s(),
            reading=self.interpretation,
        )
        self._servers: list[Any] = []
        try:
            self._told = self._first = self._open_api(is_tls=is_tls, port=api_port)
            self._other: _Api | None = None
            self.link.rules.door = self._first.acceptor
            self._page = self._kept(Server(self.loop, self.sandbox.page, port=auth_port, crashes=crashes))
            self.alerts: AlertSink = self._kept(AlertSink(self.loop, crashes=crashes))
            self.telemetry: Telemetry = self._kept(Telemetry(self.loop, crashes=crashes))
            # A fault asks for it on the servers' own thread, where nothing can be made to listen.
            self.trap: CanaryServer = self._kept(CanaryServer(self.loop, crashes=crashes, strayed=self._note_stray))
        except BaseException:
            self.close()
            raise
        self.sandbox.place(api_url=self.api_url, auth_url=self.auth_url)

    def _open_api(self, *, is_tls: bool, port: int = 0) -> "_Api":
        """One more port of the API, plain or under TLS."""
        door = Acceptor(
            self.link.rules,
            loop=self.loop.asyncio,
            report=self.link.note_connection,
            new_context=self._authority.context if is_tls else None,
        )
        pair = (self.certificates.chain_file, self.certificates.key_file) if is_tls else None
        server = Server(
            self.loop,
            self.link,
            port=port,
            protocol=ProxyProtocol,
            certificate=pair,
            door=door,
            crashes=self.sandbox.crashes,
        )
        return _Api(self._kept(server), door, is_tls)

    def serve_tls(self) -> None:
        """Let the API be reached under https alone until ``speak_plain``, and note whoever begins without TLS."""
        if not self._first.is_tls:
            self._other = self._other or self._open_api(is_tls=True)
            self._first.acceptor.watch(lambda: self._note_plain(is_former=True))
        self._turn_to(self._other or self._first)
        self._told.acceptor.watch(lambda: self._note_plain(is_former=False))

    def serve_plain(self) -> None:
        """Let the API be reached as it was in the beginning."""
        for one in (self._first, self._other):
            if one is not None:
                one.acceptor.watch(None)
        self._turn_to(self._first)

    def _turn_to(self, api: "_Api") -> None:
        self._told = api
        self.link.rules.door = api.acceptor
        self.sandbox.place(api_url=self.api_url, auth_url=self.auth_url)

    def _note_plain(self, *, is_former: bool) -> None:
        journal = self.link.journal
        if journal is not None:
            journal.write(Unencrypted(**journal.stamp(), is_former=is_former))

    def _kept(self, server: Any) -> Any:
        self._servers.append(server)
        return server

    @property
    def api_url(self) -> str:
        """The API's origin, without ``/v1``; always the link."""
        return str(self._told.server.url)

    @property
    def is_tls(self) -> bool:
        """Whether the API is reached under https now."""
        return self._told.is_tls

    @property
    def auth_url(self) -> str:
        """The consent page's origin."""
        return str(self._page.url)

    @property
    def credentials(self) -> Credentials:
        """What the app needs to know."""
        return self.sandbox.credentials

    @property
    def dialect(self) -> Dialect:
        """How webhooks are signed and worded. Source: webhooks.signature"""
        return Dialect(
            scheme=self._scheme or SCHEMES_BY_INTERPRETATION[self.interpretation("webhooks.signature")],
            payload=self._payload,
        )

    @property
    def webhook_sources(self) -> tuple[str, ...]:
        """The addresses that genuine deliveries come from."""
        return HOMES[:1] if self.sandbox.store.interpretations.of("webhooks.source-ip") == "one-address" else HOMES

    @property
    def certificates(self) -> Certificates:
        """The authority and a certificate for loopback, minted at the first use from the real clock."""
        return self._authority.files

    def enrol(self, name: str | None = None) -> Enrolled:
        """Register an end user: the person called *name* in ``fixtures/end_users``, or one made from the seed."""
        number = len(self.sandbox.store.end_users)
        person = catalog.person(name) if name else generated_person(seed=self.sandbox.mint.seed, number=number)
        self.sandbox.admit(person)
        return Enrolled(self, person, self.sandbox.create_end_user(person))

    def authorise(self, enrolled: Enrolled, *, is_synced: bool = True) -> Consent:
        """Let the person consent without the page; with *is_synced* every dataset is ready at once."""
        consent = self.sandbox.authorise(enrolled.end_user, enrolled.person)
        enrolled.consent = consent
        if is_synced:
            for dataset in consent.permissions:
                self.sandbox.sync(consent, dataset)
        return consent

    def conclude(self, session_id: str, outcome: str, *, email: str = "", account_keys: tuple[str, ...] = ()) -> AuthSession:
        """Let an open journey come to *outcome* without the page: ``approved``, ``denied`` and so on.

        Args:
            email: Who logs in; without it, the end user's own address.
            account_keys: What is shared; without any, all that can be.

        Raises:
            UnknownName: No such outcome, or no such account.
            UsageError: The session is unknown or over, or what is asked for cannot be done where it stands.
        """
        return self.sandbox.conclude(session_id, outcome, email=email, account_keys=account_keys)

    @contextmanager
    def broken(self, route: str, fault: AnyFault, *, times: int = 1, skip: int = 0) -> Iterator[None]:
        """Let *fault* bite on *route* inside the block.

        Raises:
            ConfigError: A parameter under which nothing would break.
            FaultUnbitten: It was still waiting when the block ended without an error.
        """
        place = route if route == CONNECTION else require_route(route)
        rule = Rule(route=place, fault=fault, times=times, skip=skip).check()
        waiting = self.link.rules.set(rule)
        try:
            yield
        finally:
            self.link.rules.lift(waiting)
        if waiting.left:
            bitten = waiting.wanted - waiting.left
            raise FaultUnbitten(
                f"{rule.name} on {route!r} bit {bitten} of {waiting.wanted} times: {waiting.problem} inside the block."
            )

    def _note_stray(self, path: str, carries_token: bool) -> None:
        journal = self.link.journal
        if journal is not None:
            journal.write(Strayed(**journal.stamp(), path=path, carries_token=carries_token))

    def _has_told(self, kind: str) -> bool:
        return any(event.kind == kind for event in self.sandbox.events)

    def interpretation(self, clause_id: str) -> str:
        """The reading that rules a doubtful clause now."""
        return self.sandbox.store.interpretation(clause_id)

    def interpret(self, chosen: Mapping[str, str]) -> None:
        """Let other interpretations rule until the next reset, as ``{"token.lifetime": "3600"}``."""
        self.sandbox.read_as(chosen)

    def reset(self) -> None:
        """Forget end users, faults, events and interpretations chosen since the start, and return to real time."""
        self.link.rules.clear()
        self.sandbox.reset()

    def close(self) -> None:
        """Stop listening; nothing is left."""
        for server in self._servers:
            server.close()
        self.loop.close()

    def __enter__(self) -> "LocalFiskil":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _Api(NamedTuple):
    """A port of the API, and the door in front of it."""

    server: Server
    acceptor: Acceptor
    is_tls: bool


class _World:
    """What faults can do to the sandbox."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        self._fiskil = fiskil

    def expire_tokens(self) -> None:
        """Let every access token die."""
        self._fiskil.sandbox.expire_tokens()

    def advance(self, *, seconds: float) -> None:
        """Move sandbox time forward."""
        self._fiskil.sandbox.clock.advance(seconds=seconds)

    def foreign_url(self) -> str:
        """The trap's origin."""
        return self._fiskil.trap.url


def secrets_of(fiskil: LocalFiskil) -> Iterator[tuple[str, str]]:
    """Every secret that a local Fiskil minted, by kind, also for people of earlier scenarios."""
    for kind, values in fiskil.sandbox.canaries().items():
        for value in values:
            yield kind.replace(" ", "_"), value
    # `restart_with_wrong_secret` keeps the tail and changes the head.
    yield "client_secret", fiskil.credentials.client_secret[9:]
    for value in fiskil.lent:
        yield "way_in", value
    for value, symbol in list(fiskil.sandbox.mint.names.items()):
        if symbol.startswith("account:") and symbol.endswith(":number"):
            yield "account_number", value
