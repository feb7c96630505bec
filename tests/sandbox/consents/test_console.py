"""Console settings of a team: the scopes of its key; other tests cover permissions and version."""

import base64
import json
from contextlib import closing

import httpx
import pytest

from fiskil_harness.core.model import USUAL_PERMISSIONS
from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox.consents.console import requested_permissions
from tests.sandbox.still import Still

CALLS = [
    ("POST", "/v1/end-users", "api:user.write"),
    ("GET", "/v1/end-users", "api:user.read"),
    ("GET", "/v1/end-users/eu_1", "api:user.read"),
    ("POST", "/v1/end-users/eu_1", "api:user.write"),
    ("DELETE", "/v1/end-users/eu_1", "api:user.write"),
    ("POST", "/v1/auth/session", "api:user.write"),
    ("GET", "/v1/consent?end_user_id=eu_1", "api:user.read"),
    ("DELETE", "/v1/consent/an-arrangement", "api:user.write"),
    ("GET", "/v1/permissions", "api:user.read"),
    ("GET", "/v1/banking/accounts?end_user_id=eu_1", "api:banking"),
    ("GET", "/v1/banking/balances?end_user_id=eu_1", "api:banking"),
    ("GET", "/v1/banking/transactions?end_user_id=eu_1", "api:banking"),
    ("POST", "/v1/banking/transactions/category", "api:banking"),
    ("GET", "/v1/banking/payees?end_user_id=eu_1", "api:banking"),
    ("GET", "/v1/banking/acccounts/direct-debits?end_user_id=eu_1", "api:banking"),
    ("GET", "/v1/banking/payments/scheduled?end_user_id=eu_1", "api:banking"),
    ("GET", "/v1/banking/products?instituition_id=88888", "api:banking"),
    ("GET", "/v1/banking/products/one", "api:banking"),
    ("GET", "/v1/banking/income?end_user_id=eu_1", "api:banking"),
    ("GET", "/v1/energy/accounts?end_user_id=eu_1", "api:energy"),
]
EVERY = ("api:banking", "api:energy", "api:user.read", "api:user.write")


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_request_needs_its_scope(still: Still, method: str, path: str, scope: str) -> None:
    """A token without the scope gets 403 insufficient_scopes; a token with only that scope does not. Source: token.scopes"""
    statuses = []
    for scopes in (tuple(other for other in EVERY if other != scope), (scope,)):
        still.sandbox.configure(scopes=scopes)
        with closing(still.client()) as client:
            response = client.request(method, path, json={} if method == "POST" else None)
        statuses.append((response.status_code, response.json()["name"] if response.status_code == 403 else ""))

    assert statuses[0] == (403, "insufficient_scopes")
    assert statuses[1][0] != 403


@pytest.mark.parametrize(("method", "path", "scope"), [call for call in CALLS if not call[2].startswith("api:user")])
def test_data_endpoints_may_ignore_scopes(still: Still, method: str, path: str, scope: str) -> None:
    """Under that interpretation, data endpoints do not check scopes. Source: token.scopes"""
    still.sandbox.choose_interpretations({"token.scopes": "core"})
    still.sandbox.configure(scopes=("api:user.read",))

    with closing(still.client()) as client:
        assert client.request(method, path, json={} if method == "POST" else None).status_code != 403


def test_a_token_contains_its_scopes(still: Still) -> None:
    """The claim has the console's order, and a token keeps the scopes with which it was issued. Source: token.exchange"""
    still.sandbox.configure(scopes=("api:banking", "api:user.read"))
    with closing(still.client()) as client:
        claims = client.headers["authorization"].split(".")[1]
        still.sandbox.configure(scopes=("api:user.write",))
        status = client.get("/v1/end-users").status_code

    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["scope"] == "api:banking api:user.read"
    assert status == 200


def test_the_refusal_has_the_form_of_its_family(still: Still) -> None:
    """Core endpoints use the goa form, data endpoints the simple one. Source: errors.goa, errors.simple"""
    still.sandbox.configure(scopes=("api:energy",))
    with closing(still.client()) as client:
        core, data = client.post("/v1/end-users", json={}), client.get("/v1/banking/accounts?end_user_id=eu_1")

    assert set(core.json()) == {"id", "name", "message", "temporary", "timeout", "fault"}
    assert set(data.json()) == {"id", "name", "message"}


def test_a_reset_restores_the_console(still: Still) -> None:
    """After a reset, new tokens have every scope again."""
    still.sandbox.configure(scopes=("api:energy",), version="v1")
    still.sandbox.reset()

    with closing(still.client()) as client:
        response = client.get("/v1/end-users")
    assert (response.status_code, response.headers["x-fiskil-version"]) == (200, "v3")


@pytest.mark.parametrize("wrong", [{"scopes": ("api:bank",)}, {"version": "v4"}])
def test_an_unknown_console_value_is_refused(still: Still, wrong: dict[str, object]) -> None:
    """An unknown scope or version is reported."""
    with pytest.raises(UnknownName):
        still.sandbox.configure(**wrong)  # type: ignore[arg-type]


def test_institutions_need_no_scope(still: Still) -> None:
    """They need no token either. Source: institutions.client-id"""
    assert httpx.get(f"{still.api_url}/v1/institutions/88888", timeout=30, trust_env=False).status_code == 200


def test_an_app_requests_the_permissions_that_it_reads() -> None:
    """The usual permissions are included, in the order of all permissions. Source: permissions.usual"""
    assert requested_permissions(()) == USUAL_PERMISSIONS
    assert requested_permissions(("payees", "transactions", "usage")) == (*USUAL_PERMISSIONS, "payees", "usage")
