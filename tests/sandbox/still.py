"""A served sandbox with a fixed clock, so that tests can set exact instants."""

import contextlib
from datetime import UTC, datetime

import httpx

from fiskil_harness.core import catalog
from fiskil_harness.core.clock import Clock
from fiskil_harness.core.model import PERMISSIONS, AuthSession, Consent, Person
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox import EndUser, Sandbox
from fiskil_harness.sandbox.consents import sessions
from tests.plain_http import plain_client

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BACK = "https://app.example/callback?customer=7"
BANKING = tuple(name for name, permission in PERMISSIONS.items() if permission.industry != "energy")
GONE = "https://app.example/cancelled?customer=7"


class Still:
    """A sandbox whose clock stays at noon of one day unless a test advances it; API and page listen on real sockets."""

    def __init__(self, loop: Loop, *, seed: int = 7) -> None:
        self.sandbox = Sandbox(
            institutions=catalog.institutions(),
            clock=Clock(real=lambda: NOON),
            mint=Mint(seed=seed, salt="a salt"),
            named=catalog.people().values(),
        )
        self._servers = [Server(loop, app, crashes=self.sandbox.crashes) for app in (self.sandbox.api, self.sandbox.page)]
        self.api_url, self.auth_url = (server.url for server in self._servers)
        self.port = self._servers[0].port
        self.sandbox.set_origins(api_url=self.api_url, auth_url=self.auth_url)
        self._clients = contextlib.ExitStack()

    def client(self) -> httpx.Client:
        """Return a client with a token; ``close`` closes it too."""
        client = self._clients.enter_context(plain_client(base_url=self.api_url))
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=self.pair).json()["token"]
        return client

    @property
    def pair(self) -> dict[str, str]:
        """Return the key pair as the body of a token request."""
        credentials = self.sandbox.credentials
        return {"client_id": credentials.client_id, "client_secret": credentials.client_secret}

    def enrol(self, name: str = "rosa") -> EndUser:
        """Return an end user for a named person."""
        return self.sandbox.create_end_user(catalog.person(name))

    def everything(self, person: Person | str = "rosa") -> Consent:
        """Return a consent to every kind of banking data, with each dataset synced."""
        self.sandbox.configure(permissions=BANKING)
        known_person = self.sandbox.add_person(catalog.person(person) if isinstance(person, str) else person)
        consent = self.sandbox.authorise(self.sandbox.create_end_user(known_person))
        for dataset in consent.permissions:
            self.sandbox.sync(consent, dataset)
        return consent

    def consent(self, name: str = "rosa", *, is_synced: bool = True) -> Consent:
        """Return a consent of a named person, with every dataset synced."""
        consent = self.sandbox.authorise(self.enrol(name))
        for dataset in consent.permissions if is_synced else ():
            self.sandbox.sync(consent, dataset)
        return consent

    def invite(self, *, redirect_uri: str = BACK, cancel_uri: str = GONE, institution_id: str | None = None) -> AuthSession:
        """Return an auth session for a new end user."""
        end_user = self.enrol()
        with self.sandbox.store.changing() as store:
            return sessions.open_session(
                store,
                end_user_id=end_user.end_user_id,
                redirect_uri=redirect_uri,
                cancel_uri=cancel_uri,
                institution_id=institution_id,
            )

    def standing(self, session: AuthSession) -> AuthSession:
        """Return the current state of the session."""
        current = self.sandbox.session(session.session_id)
        assert current is not None
        return current

    def page_of(self, session: AuthSession) -> str:
        """Return the address that the end user opens."""
        return f"{self.auth_url}?sess_id={session.session_id}"

    def close(self) -> None:
        """Close clients and servers."""
        self._clients.close()
        for server in self._servers:
            server.close()
