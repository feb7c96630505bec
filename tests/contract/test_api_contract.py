"""Tests of the API contract that run against the local Fiskil and, with credentials, the hosted sandbox."""

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import Side
else:
    Side = Any

DATASETS = ["accounts", "balances", "transactions"]


def test_a_token_comes_with_its_lifetime(side: Side) -> None:
    """The response contains a token and expires_in 900. Source: token.exchange, token.lifetime"""
    response = side.client.post("/v1/token", json=side.pair)

    assert response.status_code == 200
    assert response.json()["expires_in"] == 900
    assert response.json()["token"].count(".") == 2


def test_a_wrong_secret_is_refused(side: Side) -> None:
    """The response is 401 or 403 and contains no token. Source: token.bad-credentials"""
    response = side.client.post("/v1/token", json=side.pair | {"client_secret": "wrong"})

    assert response.status_code in {401, 403}
    assert "token" not in response.json()


def test_responses_name_the_version(side: Side) -> None:
    """Every response has the header x-fiskil-version, v3 by default. Source: versions.header"""
    assert side.client.get("/v1/end-users").headers["x-fiskil-version"] == "v3"
    older = side.client.get("/v1/end-users", headers={"x-fiskil-version": "v2"})
    assert older.headers["x-fiskil-version"] == "v2"


def test_the_envelope_depends_on_the_version(side: Side, end_user_id: str) -> None:
    """v3 wraps lists in an object, v2 does not. Source: versions.v3-envelope"""
    wrapped = side.client.get("/v1/end-users").json()
    bare = side.client.get("/v1/end-users", headers={"x-fiskil-version": "v2"}).json()

    assert end_user_id in {value["id"] for value in wrapped["end_users"]}
    assert isinstance(bare, list)


def test_an_end_user_is_read_under_its_id(side: Side, end_user_id: str) -> None:
    """The end_user_id of the created end user is id in the read one. Source: end-users.create"""
    assert side.client.get(f"/v1/end-users/{end_user_id}").json()["id"] == end_user_id


def test_the_same_address_may_be_registered_twice(side: Side, end_user_id: str) -> None:
    """The same e-mail address gives two end users with different ids. Source: end-users.duplicate-email"""
    second = side.client.post("/v1/end-users", json={"email": "contract@example.com", "name": "Contract"})

    assert second.status_code == 200
    assert second.json()["end_user_id"] != end_user_id
    side.client.delete(f"/v1/end-users/{second.json()['end_user_id']}")


def test_deleting_twice_is_not_found(side: Side, end_user_id: str) -> None:
    """The first deletion returns 204, the second 404 end_user_not_found. Source: end-users.delete-twice"""
    first, second = (side.client.delete(f"/v1/end-users/{end_user_id}") for _ in range(2))

    assert (first.status_code, second.status_code) == (204, 404)
    assert second.json()["name"] == "end_user_not_found"


def test_a_session_has_an_address_and_an_expiry(side: Side, end_user_id: str) -> None:
    """auth_url contains the session_id, and expires_at is five days ahead, in seconds. Source: auth-session.expires-at"""
    body = {"end_user_id": end_user_id, "redirect_uri": "", "cancel_uri": ""}
    response = side.client.post("/v1/auth/session", json=body).json()

    assert response["auth_url"].endswith(f"?sess_id={response['session_id']}")
    assert abs(response["expires_at"] - time.time() - 5 * 86_400) < 120


def test_a_session_for_an_unknown_end_user_is_not_found(side: Side) -> None:
    """The response is 404 end_user_not_found."""
    body = {"end_user_id": "eu_nobody", "redirect_uri": "", "cancel_uri": ""}
    response = side.client.post("/v1/auth/session", json=body)

    assert (response.status_code, response.json()["name"]) == (404, "end_user_not_found")


def test_revoking_an_unknown_consent_returns_204(side: Side) -> None:
    """The id of a consent to revoke is not checked. Source: consents.revoke-unknown"""
    assert side.client.delete("/v1/consent/00000000-0000-4000-8000-000000000000").status_code == 204


def test_consents_come_in_an_envelope(side: Side, end_user_id: str) -> None:
    """The list of a new end user is empty and under the key consents. Source: consents.list, versions.v3-envelope"""
    response = side.client.get("/v1/consent", params={"end_user_id": end_user_id}).json()

    assert response["consents"] == []


def test_only_the_sandbox_bank_can_be_reached(side: Side) -> None:
    """The only accessible bank is 88888. Source: institutions.sandbox-bank, institutions.client-id"""
    listed = side.client.get("/v1/institutions", params={"client_id": side.pair["client_id"]}).json()

    banks = [value for value in listed if value["industry"] == "banking"]
    assert {bank["id"] for bank in banks if bank["is_accessible"]} == {"88888"}


@pytest.mark.parametrize("dataset", DATASETS)
def test_without_a_consent_lists_are_empty(side: Side, end_user_id: str, dataset: str) -> None:
    """Lists are empty without a consent, and after the end user was deleted. Source: data.deleted-end-user"""
    lists = [side.client.get(f"/v1/banking/{dataset}", params={"end_user_id": end_user_id}).json()[dataset]]
    side.client.delete(f"/v1/end-users/{end_user_id}")
    lists.append(side.client.get(f"/v1/banking/{dataset}", params={"end_user_id": end_user_id}).json()[dataset])

    assert lists == [[], []]


def test_a_bare_date_is_refused(side: Side, end_user_id: str) -> None:
    """A date without a time returns 400 with the documented message. Source: data.rfc3339, errors.simple"""
    query = {"end_user_id": end_user_id, "from": "2025-07-01"}
    response = side.client.get("/v1/banking/transactions", params=query)

    assert response.status_code == 400
    assert response.json()["message"] == "invalid from datetime: not in RFC3339 format"
    assert response.json()["id"].startswith("err_")


def test_a_large_page_is_accepted(side: Side, end_user_id: str) -> None:
    """A page size above 1000 is not an error. Source: paging.size-cap"""
    query = {"end_user_id": end_user_id, "page[size]": "5000"}

    assert side.client.get("/v1/banking/transactions", params=query).status_code == 200


def test_an_invented_cursor_is_unavailable(side: Side, end_user_id: str) -> None:
    """An invalid cursor returns 503. Source: paging.bad-cursor"""
    query = {"end_user_id": end_user_id, "page[after]": "garbage"}

    assert side.client.get("/v1/banking/transactions", params=query).status_code == 503
