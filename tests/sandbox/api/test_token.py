"""``/v1/token``: exchanges a key pair for a token that is valid for fifteen minutes."""

import base64
import json
from typing import Any

import httpx
import pytest

from fiskil_harness.sandbox import tokens
from tests.sandbox.still import Still


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def test_a_pair_is_exchanged_for_a_token(still: Still, api: httpx.Client) -> None:
    """The response has token, token_type and expires_in. Source: token.exchange, token.lifetime"""
    response = api.post("/v1/token", json=still.pair)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"token": response.json()["token"], "token_type": "Bearer", "expires_in": 900}


def test_a_token_has_the_observed_claims(still: Still, api: httpx.Client) -> None:
    """The claims are the observed ones with the energy scope added; none distinguishes sandbox and production.

    Source: token.energy-scope
    """
    claims = claims_of(api.post("/v1/token", json=still.pair).json()["token"])

    assert set(claims) == {"org_id", "key_id", "scope", "iat", "exp", "jti"}
    assert claims["scope"] == "api:banking api:energy api:user.read api:user.write"
    assert claims["exp"] - claims["iat"] == 900


def test_each_exchange_gives_another_token(still: Still, api: httpx.Client) -> None:
    """No two tokens are equal, and the older one stays valid."""
    older, newer = (api.post("/v1/token", json=still.pair).json()["token"] for _ in range(2))

    assert older != newer
    assert api.get("/v1/end-users", headers={"authorization": f"Bearer {older}"}).status_code == 200


@pytest.mark.parametrize("wrong", [{"client_id": "another"}, {"client_secret": "another"}])
def test_a_wrong_pair_is_unauthorized(still: Still, api: httpx.Client, wrong: dict[str, str]) -> None:
    """If either half is wrong, the response is 401 in the goa form and does not reveal which.

    Source: token.bad-credentials, errors.goa
    """
    response = api.post("/v1/token", json=still.pair | wrong)

    assert response.status_code == 401
    assert response.headers["content-type"] == "application/vnd.goa.error"
    assert response.json() == {
        "id": response.json()["id"],
        "name": "unauthorized",
        "message": "client_id or client_secret is not valid",
        "temporary": False,
        "timeout": False,
        "fault": False,
    }


def test_a_revoked_key_invalidates_its_tokens(still: Still, api: httpx.Client) -> None:
    """A revoked key gets no token and its tokens are invalid; accepted again, it gets new tokens.

    Source: token.bad-credentials
    """
    still.sandbox.set_key(is_accepted=False)

    assert api.post("/v1/token", json=still.pair).status_code == 401
    assert api.get("/v1/end-users").status_code == 401

    still.sandbox.set_key(is_accepted=True)

    assert api.post("/v1/token", json=still.pair).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"grant_type": "client_credentials"}},
        {"auth": ("id", "secret")},
        {"json": {"client_id": 5, "client_secret": "x"}},
        {"json": {"client_id": "x"}},
    ],
    ids=["form", "basic", "number", "half"],
)
def test_only_json_with_a_complete_pair_is_accepted(still: Still, body: dict[str, Any]) -> None:
    """A form, Basic auth or half a pair is a bad request. Source: token.exchange"""
    response = httpx.post(f"{still.api_url}/v1/token", timeout=30, trust_env=False, **body)

    assert response.status_code == 400
    assert response.json()["name"] == "bad_request"


def test_a_token_expires_after_fifteen_minutes(still: Still, api: httpx.Client) -> None:
    """It is valid one microsecond before 900 s, and invalid at 900 s. Source: token.lifetime, token.expired"""
    still.sandbox.clock.advance(seconds=899.999999)
    assert api.get("/v1/end-users").status_code == 200

    still.sandbox.clock.advance(seconds=0.000001)
    assert api.get("/v1/end-users").status_code == 401
    assert still.client().get("/v1/end-users").status_code == 200


def test_a_reset_returns_tokens_to_real_time(still: Still, api: httpx.Client) -> None:
    """After a reset, tokens are valid for their lifetime in real time, whenever they were issued."""
    still.sandbox.clock.advance(days=1)
    later = still.client()

    still.sandbox.reset()

    assert api.get("/v1/end-users").status_code == 200
    assert later.get("/v1/end-users").status_code == 200
    still.sandbox.clock.advance(seconds=900)
    assert later.get("/v1/end-users").status_code == 401


def test_every_token_can_be_expired(still: Still, api: httpx.Client) -> None:
    """The call expires every token and returns their number."""
    assert still.sandbox.expire_tokens() == 1
    assert api.get("/v1/end-users").status_code == 401


def test_a_reset_accepts_tokens_again_that_expired_early(still: Still, api: httpx.Client) -> None:
    """Another process of the app may still hold such a token; a token that is really too old stays expired."""
    still.sandbox.expire_tokens()
    still.sandbox.reset()
    assert api.get("/v1/end-users").status_code == 200

    still.sandbox.clock.advance(seconds=900)
    assert api.get("/v1/end-users").status_code == 401
    still.sandbox.reset()
    assert api.get("/v1/end-users").status_code == 200


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer nonsense", "Basic YTpi", "Bearer \xff", "token"],
)
def test_anything_but_a_live_bearer_token_is_unauthorized(still: Still, value: str) -> None:
    """A core endpoint responds with 401 in the goa form. Source: token.expired, errors.unauthorized"""
    headers = [(b"authorization", value.encode("latin-1"))]

    response = httpx.get(f"{still.api_url}/v1/end-users/eu_1", headers=headers, timeout=30, trust_env=False)

    assert response.status_code == 401
    assert (response.json()["name"], response.json()["fault"]) == ("unauthorized", False)


def test_a_data_endpoint_is_unauthorized_in_the_simple_form(still: Still) -> None:
    """Without a token a data request gets 401 with id, name and message only. Source: token.expired, errors.simple"""
    response = httpx.get(f"{still.api_url}/v1/banking/accounts?end_user_id=eu_1", timeout=30, trust_env=False)

    assert response.status_code == 401
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"id", "name", "message"}


def test_the_scheme_may_be_written_in_any_case(still: Still, api: httpx.Client) -> None:
    """``bearer`` is accepted like ``Bearer``."""
    token = api.headers["authorization"].removeprefix("Bearer ")

    assert api.get("/v1/end-users", headers={"authorization": f"bearer {token}"}).status_code == 200


@pytest.mark.slow
def test_the_number_of_tokens_is_limited(still: Still) -> None:
    """Beyond the limit the older half of the tokens expires, and the newest stays valid."""
    store = still.sandbox.store
    pair = (store.credentials.client_id, store.credentials.client_secret)
    exchanged = [tokens.exchange(store, *pair) for _ in range(tokens.MOST_ALIVE + 1)]

    assert len(store.tokens) <= tokens.MOST_ALIVE
    assert tokens.require(store, f"Bearer {exchanged[-1].value}") == exchanged[-1]
    assert exchanged[0].value not in store.tokens
