"""``/v1/token``: a key pair for a token that lives fifteen minutes."""

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
    """The answer has token, token_type and expires_in. Source: token.exchange, token.lifetime"""
    response = api.post("/v1/token", json=still.pair)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"token": response.json()["token"], "token_type": "Bearer", "expires_in": 900}


def test_a_token_carries_the_observed_claims(still: Still, api: httpx.Client) -> None:
    """The observed claims, with energy's scope beside those seen, and nothing that tells sandbox from production.

    Source: token.energy-scope
    """
    claims = claims_of(api.post("/v1/token", json=still.pair).json()["token"])

    assert set(claims) == {"org_id", "key_id", "scope", "iat", "exp", "jti"}
    assert claims["scope"] == "api:banking api:energy api:user.read api:user.write"
    assert claims["exp"] - claims["iat"] == 900


def test_each_exchange_gives_another_token(still: Still, api: httpx.Client) -> None:
    """No two tokens are the same, and the older one stays good."""
    older, newer = (api.post("/v1/token", json=still.pair).json()["token"] for _ in range(2))

    assert older != newer
    assert api.get("/v1/end-users", headers={"authorization": f"Bearer {older}"}).status_code == 200


@pytest.mark.parametrize("wrong", [{"client_id": "another"}, {"client_secret": "another"}])
def test_a_wrong_pair_is_unauthorized(still: Still, api: httpx.Client, wrong: dict[str, str]) -> None:
    """Either half wrong gives 401 with the goa shape and no word about which. Source: token.bad-credentials, errors.goa"""
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


def test_a_revoked_key_gets_no_token_and_kills_those_it_has(still: Still, api: httpx.Client) -> None:
    """After the key is revoked nothing works with it; accepted again, it gets new tokens. Source: token.bad-credentials"""
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
def test_only_json_with_both_halves_is_read(still: Still, body: dict[str, Any]) -> None:
    """A form, Basic auth or half a pair is a bad request. Source: token.exchange"""
    response = httpx.post(f"{still.api_url}/v1/token", timeout=30, trust_env=False, **body)

    assert response.status_code == 400
    assert response.json()["name"] == "bad_request"


def test_a_token_dies_at_its_fifteenth_minute(still: Still, api: httpx.Client) -> None:
    """One microsecond before 900 s it is good, at 900 s it is not. Source: token.lifetime, token.expired"""
    still.sandbox.clock.advance(seconds=899.999999)
    assert api.get("/v1/end-users").status_code == 200

    still.sandbox.clock.advance(seconds=0.000001)
    assert api.get("/v1/end-users").status_code == 401
    assert still.client().get("/v1/end-users").status_code == 200


def test_a_reset_returns_tokens_to_real_time(still: Still, api: httpx.Client) -> None:
    """What an app got in real time is good again after a reset; what it got in the future has no longer life for it."""
    still.sandbox.clock.advance(days=1)
    later = still.client()

    still.sandbox.reset()

    assert api.get("/v1/end-users").status_code == 200
    assert later.get("/v1/end-users").status_code == 200
    still.sandbox.clock.advance(seconds=900)
    assert later.get("/v1/end-users").status_code == 401


def test_every_token_can_be_made_to_die(still: Still, api: httpx.Client) -> None:
    """The fault of that name leaves none alive and says how many there were."""
    assert still.sandbox.expire_tokens() == 1
    assert api.get("/v1/end-users").status_code == 401


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer nonsense", "Basic YTpi", "Bearer \xff", "token"],
)
def test_anything_but_a_live_bearer_token_is_unauthorized(still: Still, value: str) -> None:
    """A core endpoint says so in the goa shape. Source: token.expired, errors.unauthorized"""
    headers = [(b"authorization", value.encode("latin-1"))]

    response = httpx.get(f"{still.api_url}/v1/end-users/eu_1", headers=headers, timeout=30, trust_env=False)

    assert response.status_code == 401
    assert (response.json()["name"], response.json()["fault"]) == ("unauthorized", False)


def test_a_data_endpoint_says_so_in_the_simple_shape(still: Still) -> None:
    """Without a token a data call is 401 with id, name and message only. Source: token.expired, errors.simple"""
    response = httpx.get(f"{still.api_url}/v1/banking/accounts?end_user_id=eu_1", timeout=30, trust_env=False)

    assert response.status_code == 401
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"id", "name", "message"}


def test_the_scheme_may_be_written_in_any_case(still: Still, api: httpx.Client) -> None:
    """``bearer`` is as good as ``Bearer``."""
    token = api.headers["authorization"].removeprefix("Bearer ")

    assert api.get("/v1/end-users", headers={"authorization": f"bearer {token}"}).status_code == 200


@pytest.mark.slow
def test_no_load_fills_the_memory_with_tokens(still: Still) -> None:
    """Beyond more than any app takes in fifteen minutes, the older half dies; the newest is good."""
    store = still.sandbox.store
    pair = (store.credentials.client_id, store.credentials.client_secret)
    exchanged = [tokens.exchange(store, *pair) for _ in range(tokens.MOST_ALIVE + 1)]

    assert len(store.tokens) <= tokens.MOST_ALIVE
    assert tokens.require(store, f"Bearer {exchanged[-1].value}") == exchanged[-1]
    assert exchanged[0].value not in store.tokens
