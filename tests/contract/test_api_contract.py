"""What the local Fiskil promises and the hosted sandbox was seen to do, in tests that run against either."""

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import Side
else:
    Side = Any

DATASETS = ["accounts", "balances", "transactions"]


def test_a_token_comes_with_its_lifetime(side: Side) -> None:
    """Token and expires_in 900. Source: token.exchange, token.lifetime"""
    answer = side.client.post("/v1/token", json=side.pair)

    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 900
    assert answer.json()["token"].count(".") == 2


def test_a_wrong_secret_is_refused(side: Side) -> None:
    """401 or 403, never a token. Source: token.bad-credentials"""
    answer = side.client.post("/v1/token", json=side.pair | {"client_secret": "wrong"})

    assert answer.status_code in {401, 403}
    assert "token" not in answer.json()


def test_answers_name_the_version(side: Side) -> None:
    """x-fiskil-version is in every answer, v3 by default. Source: versions.header"""
    assert side.client.get("/v1/end-users").headers["x-fiskil-version"] == "v3"
    older = side.client.get("/v1/end-users", headers={"x-fiskil-version": "v2"})
    assert older.headers["x-fiskil-version"] == "v2"


def test_the_envelope_depends_on_the_version(side: Side, end_user_id: str) -> None:
    """v3 wraps, v2 does not. Source: versions.v3-envelope"""
    wrapped = side.client.get("/v1/end-users").json()
    bare = side.client.get("/v1/end-users", headers={"x-fiskil-version": "v2"}).json()

    assert end_user_id in {value["id"] for value in wrapped["end_users"]}
    assert isinstance(bare, list)


def test_an_end_user_is_read_under_its_id(side: Side, end_user_id: str) -> None:
    """end_user_id from creating is id when reading. Source: end-users.create"""
    assert side.client.get(f"/v1/end-users/{end_user_id}").json()["id"] == end_user_id


def test_the_same_address_may_be_registered_twice(side: Side, end_user_id: str) -> None:
    """Two ids. Source: end-users.duplicate-email"""
    again = side.client.post("/v1/end-users", json={"email": "contract@example.com", "name": "Contract"})

    assert again.status_code == 200
    assert again.json()["end_user_id"] != end_user_id
    side.client.delete(f"/v1/end-users/{again.json()['end_user_id']}")


def test_deleting_twice_is_not_found(side: Side, end_user_id: str) -> None:
    """204, then 404 end_user_not_found. Source: end-users.delete-twice"""
    first, second = (side.client.delete(f"/v1/end-users/{end_user_id}") for _ in range(2))

    assert (first.status_code, second.status_code) == (204, 404)
    assert second.json()["name"] == "end_user_not_found"


def test_a_session_says_where_and_until_when(side: Side, end_user_id: str) -> None:
    """auth_url carries session_id, and expires_at is five days away in seconds. Source: auth-session.expires-at"""
    body = {"end_user_id": end_user_id, "redirect_uri": "", "cancel_uri": ""}
    answer = side.client.post("/v1/auth/session", json=body).json()

    assert answer["auth_url"].endswith(f"?sess_id={answer['session_id']}")
    assert abs(answer["expires_at"] - time.time() - 5 * 86_400) < 120


def test_a_session_for_nobody_is_not_found(side: Side) -> None:
    """404 end_user_not_found."""
    body = {"end_user_id": "eu_nobody", "redirect_uri": "", "cancel_uri": ""}
    answer = side.client.post("/v1/auth/session", json=body)

    assert (answer.status_code, answer.json()["name"]) == (404, "end_user_not_found")


def test_revoking_what_nobody_has_answers_204(side: Side) -> None:
    """The id is not looked at. Source: consents.revoke-unknown"""
    assert side.client.delete("/v1/consent/00000000-0000-4000-8000-000000000000").status_code == 204


def test_consents_come_in_an_envelope(side: Side, end_user_id: str) -> None:
    """None yet. Source: consents.list, versions.v3-envelope"""
    answer = side.client.get("/v1/consent", params={"end_user_id": end_user_id}).json()

    assert answer["consents"] == []


def test_only_the_sandbox_bank_can_be_reached(side: Side) -> None:
    """88888. Source: institutions.sandbox-bank, institutions.client-id"""
    listed = side.client.get("/v1/institutions", params={"client_id": side.pair["client_id"]}).json()

    banks = [value for value in listed if value["industry"] == "banking"]
    assert {bank["id"] for bank in banks if bank["is_accessible"]} == {"88888"}


@pytest.mark.parametrize("dataset", DATASETS)
def test_without_a_consent_lists_are_empty(side: Side, end_user_id: str, dataset: str) -> None:
    """200 and nothing in it, also after the end user is gone. Source: data.deleted-end-user"""
    seen = [side.client.get(f"/v1/banking/{dataset}", params={"end_user_id": end_user_id}).json()[dataset]]
    side.client.delete(f"/v1/end-users/{end_user_id}")
    seen.append(side.client.get(f"/v1/banking/{dataset}", params={"end_user_id": end_user_id}).json()[dataset])

    assert seen == [[], []]


def test_a_bare_date_is_refused(side: Side, end_user_id: str) -> None:
    """400 with these words. Source: data.rfc3339, errors.simple"""
    query = {"end_user_id": end_user_id, "from": "2025-07-01"}
    answer = side.client.get("/v1/banking/transactions", params=query)

    assert answer.status_code == 400
    assert answer.json()["message"] == "invalid from datetime: not in RFC3339 format"
    assert answer.json()["id"].startswith("err_")


def test_a_large_page_is_accepted(side: Side, end_user_id: str) -> None:
    """Above 1000 is no error. Source: paging.size-cap"""
    query = {"end_user_id": end_user_id, "page[size]": "5000"}

    assert side.client.get("/v1/banking/transactions", params=query).status_code == 200


def test_a_made_up_cursor_is_unavailable(side: Side, end_user_id: str) -> None:
    """503. Source: paging.bad-cursor"""
    query = {"end_user_id": end_user_id, "page[after]": "garbage"}

    assert side.client.get("/v1/banking/transactions", params=query).status_code == 503
