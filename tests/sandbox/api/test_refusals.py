"""Every refusal in the contract is produced: each 4xx, 502 and 503 of each operation in each version."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fiskil_harness.contract.response_checks import statuses
from fiskil_harness.faults import Status
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.openapi.documents import document
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client
from tests.sandbox.still import Still

NEEDED = {
    "consents.list": {"end_user_id": "eu_nobody"},
    "institutions.list": {"client_id": "team"},
    "banking.products": {"instituition_id": "88888"},
    "energy.plans": {"institution_id": "99999"},
}
BODIES: dict[str, Any] = {
    "auth_session": {"end_user_id": "eu_nobody", "redirect_uri": "", "cancel_uri": ""},
    "token": {"client_id": "nobody", "client_secret": "nothing"},
}
INTERPRETATIONS = {
    "data.unknown-end-user": "404",
    "data.missing-permission": "403",
    "products.unknown": "404",
    "energy.plan-unknown": "404",
}


def call(client: httpx.Client, route: ApiRoute, **changes: Any) -> httpx.Response:
    """Call an endpoint for an unknown end user with the minimal query and body."""
    query = NEEDED.get(route.name, {"end_user_id": "eu_nobody"} if route.family == "data" else {})
    body = changes.pop("json", BODIES.get(route.name, {}) if route.method == "POST" else None)
    path = route.path.replace("{", "").replace("}", "")
    arguments = {"params": {**query, **changes.pop("params", {})}, **changes}
    return client.request(
        route.method, path, **arguments, **({} if body is None or "content" in changes else {"json": body})
    )


def another_label(_still: Still, client: httpx.Client, route: ApiRoute) -> httpx.Response:
    return call(client, route, headers={"X-Fiskil-Version": "v9"})


def no_token(_still: Still, client: httpx.Client, route: ApiRoute) -> httpx.Response:
    client.headers.pop("authorization", None)
    return call(client, route)


def no_scope(still: Still, client: httpx.Client, route: ApiRoute) -> httpx.Response:
    """Call without the scope; identity needs no scope, but a permission."""
    if route.name == "common.identity":
        return call(client, route, params={"end_user_id": still.consent("rosa").end_user_id})
    other = next(scope for scope in ("api:user.read", "api:user.write") if scope != route.scope)
    still.sandbox.configure(scopes=(other,))
    token = client.post("/v1/token", json=still.pair).json()["token"]
    return call(client, route, headers={"authorization": f"Bearer {token}"})


def too_large(_still: Still, client: httpx.Client, route: ApiRoute) -> httpx.Response:
    return call(client, route, content=b" " * 1_048_577, headers={"content-type": "application/json"})


def outage(still: Still, client: httpx.Client, route: ApiRoute) -> httpx.Response:
    consent = still.consent("rosa")
    account_id = still.sandbox.rows(consent, "accounts")[0].account_id
    still.sandbox.set_connection("88888", "OUTAGE")
    return call(client, route, params={"end_user_id": consent.end_user_id, "account_id": account_id, "fetch": "true"})


def bad_cursor(still: Still, client: httpx.Client, route: ApiRoute) -> httpx.Response:
    still.sandbox.choose_interpretations({})
    return call(client, route, params={"page[after]": "garbage"})


def nobody(_still: Still, client: httpx.Client, route: ApiRoute) -> httpx.Response:
    return call(client, route)


WAYS: dict[str, Callable[[Still, httpx.Client, ApiRoute], httpx.Response]] = {
    "400": another_label,
    "401": no_token,
    "403": no_scope,
    "404": nobody,
    "413": too_large,
    "502": outage,
    "503": bad_cursor,
}
"""The way to each status; 429 comes from the proxy, 500 is a defect of the sandbox, and both have their own tests."""


def described(version: str, route: ApiRoute) -> set[str]:
    """Return the refusals of an operation under some interpretation."""
    whole = document(version, INTERPRETATIONS)
    return {status for status in statuses(whole, route.method, route.path) if status not in {"200", "204", "429", "500"}}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_described_refusal_is_produced(still: Still, route: ApiRoute, version: str) -> None:
    """The response has the family's form; the conformance monitor checks it against the contract.

    Source: errors.goa, errors.simple
    """
    still.sandbox.choose_interpretations(INTERPRETATIONS)
    for status in sorted(described(version, route)):
        still.sandbox.configure(version=version, scopes=("api:banking", "api:energy", "api:user.read", "api:user.write"))
        client = still.client()
        response = WAYS[status](still, client, route)
        client.close()

        assert (status, str(response.status_code)) == (status, status), response.text
        assert response.headers["x-fiskil-version"] == version
        assert response.json()["id"].startswith("err_")


def test_each_operation_can_be_rate_limited(fiskil: LocalFiskil) -> None:
    """The response is 429 with Retry-After, in the endpoint's form. Source: errors.retry-after"""
    client = plain_client(base_url=fiskil.api_url)
    credentials = fiskil.credentials
    pair = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
    refusals = {}
    for route in ROUTES:
        with fiskil.broken(route.name, Status(status=429, retry_after_s=7)):
            response = call(client, route)
        refusals[route.name] = (response.status_code, response.headers["retry-after"], "temporary" in response.json())
    client.close()

    assert set(refusals.values()) == {(429, "7", True), (429, "7", False)}
    assert {name for name, value in refusals.items() if value[2]} == {
        route.name for route in ROUTES if route.family == "core" and not route.is_list
    }
