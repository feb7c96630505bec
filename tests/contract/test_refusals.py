"""The sandbox produces every 4xx that the contract describes, for each operation and version, and no other."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.contract.response_checks import statuses
from fiskil_harness.core.clock import wait_until
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.consents.console import SCOPES
from fiskil_harness.sandbox.openapi.documents import document
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.contract.conformance_monitor import ConformanceMonitor
from tests.plain_http import plain_client

VERSIONS = ("v1", "v2", "v3")
INTERPRETATIONS_WITH_404 = {"data.unknown-end-user": "404", "products.unknown": "404", "energy.plan-unknown": "404"}
BODIES: dict[str, dict[str, Any]] = {
    "token": {"client_id": "nobody", "client_secret": "wrong"},
    "end_users.create": {"email": "a@example.com"},
    "end_users.update": {"email": "a@example.com"},
    "auth_session": {"end_user_id": "eu_nobody", "redirect_uri": "", "cancel_uri": ""},
    "banking.category": {"fiskil_transaction_id": "bank_tx_0", "secondary_category": "FOOD_AND_DRINK_GROCERIES"},
}
QUERY = {"end_user_id": "eu_nobody", "client_id": "x", "instituition_id": "88888"}


class Caller:
    """Sends the requests that lead to each status."""

    def __init__(self, fiskil: LocalFiskil, client: httpx.Client) -> None:
        self.fiskil, self.client = fiskil, client
        self.token = self.fresh_token()
        self.version = ""

    def begin(self, version: str) -> None:
        """Reset the sandbox with *version* pinned."""
        self.fiskil.reset()
        self.version = version
        self.fiskil.sandbox.configure(version=version, permissions=("accounts",))
        rosa = self.fiskil.enrol("rosa")
        self.fiskil.authorise(rosa)
        self.rosa_query = {**QUERY, "end_user_id": rosa.end_user_id}

    def fresh_token(self) -> str:
        """Return a token with the scopes that the console has now."""
        credentials = self.fiskil.credentials
        pair = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        return str(self.client.post("/v1/token", json=pair).json()["token"])

    def send(self, route: ApiRoute, *, token: str | None, **more: Any) -> int:
        """Send one request with ids that do not exist in its path, and return the status."""
        path = route.path.replace("{", "nobody-").replace("}", "")
        query = {"institution_id": "99999"} if route.name == "energy.plans" else QUERY
        headers = {"authorization": f"Bearer {token}"} if token else {}
        request = {"params": query, "headers": headers, **more}
        if route.method == "POST" and "content" not in request:
            request["json"] = BODIES[route.name]
        return self.client.request(route.method, path, **request).status_code

    def produce(self, status: str, route: ApiRoute) -> None:
        """Send a request whose response has *status*."""
        getattr(self, f"_{status}")(route)

    def _400(self, route: ApiRoute) -> None:
        self.send(route, token=self.token, headers={"authorization": f"Bearer {self.token}", "x-fiskil-version": "v9"})

    def _401(self, route: ApiRoute) -> None:
        self.send(route, token=None)

    def _403(self, route: ApiRoute) -> None:
        scopes = tuple(scope for scope in SCOPES if scope != route.scope)
        self.fiskil.sandbox.configure(scopes=scopes)
        token = self.fresh_token()
        self.fiskil.sandbox.configure(scopes=SCOPES)
        self.send(route, token=token)
        # A route that needs no scope may still need a permission of the consent.
        self.fiskil.sandbox.choose_interpretations({"data.missing-permission": "403"})
        self.send(route, token=self.token, params=self.rosa_query)
        self.fiskil.sandbox.choose_interpretations({})

    def _404(self, route: ApiRoute) -> None:
        self.fiskil.sandbox.choose_interpretations(INTERPRETATIONS_WITH_404)
        self.send(route, token=self.token)
        self.fiskil.sandbox.choose_interpretations({})

    def _413(self, route: ApiRoute) -> None:
        self.send(route, token=self.token, content=b" " * 1_100_000)

    def _429(self, route: ApiRoute) -> None:
        with self.fiskil.broken(route.name, faults.Status(status=429)):
            self.send(route, token=None, headers={"x-fiskil-version": self.version})


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A local Fiskil and its caller."""
    with (
        LocalFiskil(workdir=tmp_path_factory.mktemp("refusing"), seed=7) as fiskil,
        plain_client(base_url=fiskil.api_url) as client,
    ):
        yield Caller(fiskil, client)
        assert [crash.trace for crash in fiskil.sandbox.crashes] == []


def described(version: str) -> set[tuple[str, str]]:
    """Return each route with each 4xx that the contract describes for it."""
    whole = document(version)
    return {
        (route.name, status)
        for route in ROUTES
        for status in statuses(whole, route.method, route.path)
        if status.startswith("4")
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_every_described_client_error_is_produced(caller: Caller, version: str) -> None:
    """The sandbox produces exactly the described client errors in each version. Source: errors.goa, errors.simple"""
    caller.begin(version)
    routes = {route.name: route for route in ROUTES}

    def produced() -> set[tuple[str, str]]:
        return {
            (kind.route, str(kind.status))
            for kind in own.response_counts
            if kind.version == version and 400 <= kind.status < 500
        }

    with ConformanceMonitor().watching() as own:
        for name, status in sorted(described(version)):
            caller.produce(status, routes[name])
        # The monitor counts a response after it was sent, which may be after the client received it.
        wait_until(lambda: described(version) <= produced(), cap_s=30)

    assert described(version) - produced() == set()
    assert produced() - described(version) == set()
    assert own.violations == []
