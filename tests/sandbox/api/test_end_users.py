"""``/v1/end-users``: created, read, updated and deleted by the app's server."""

from typing import Any

import httpx
import pytest

from tests.sandbox.still import Still


def create(api: httpx.Client, **fields: Any) -> str:
    return str(api.post("/v1/end-users", json=fields).json()["end_user_id"])


def test_creating_returns_only_the_id(still: Still, api: httpx.Client) -> None:
    """Creating returns only end_user_id; reading calls the same value ``id``. Source: end-users.create"""
    response = api.post("/v1/end-users", json={"email": "a@example.com", "name": "A", "phone": "+61491570156", "abn": "1"})
    end_user_id = response.json()["end_user_id"]

    assert response.status_code == 200
    assert response.json() == {"end_user_id": end_user_id}
    assert end_user_id.startswith("eu_")
    assert len(end_user_id) == 30
    assert api.get(f"/v1/end-users/{end_user_id}").json() == {
        "id": end_user_id,
        "email": "a@example.com",
        "name": "A",
        "phone": "+61491570156",
    }


def test_the_same_email_twice_gives_two_end_users(still: Still, api: httpx.Client) -> None:
    """Only the id is unique. Source: end-users.duplicate-email"""
    first, second = create(api, email="a@example.com"), create(api, email="a@example.com")

    listed = api.get("/v1/end-users", params={"email": "a@example.com"}).json()["end_users"]
    assert [row["id"] for row in listed] == [first, second]
    assert first != second


def test_v3_wraps_the_list(still: Still, api: httpx.Client) -> None:
    """Without a header, and with v3, end users are in an envelope. Source: versions.v3-envelope, versions.header"""
    create(api, email="a@example.com")

    plain, explicit = api.get("/v1/end-users"), api.get("/v1/end-users", headers={"x-fiskil-version": "v3"})

    assert set(plain.json()) == {"end_users", "links"}
    assert plain.json()["links"] == {}
    assert plain.json() == explicit.json()
    assert plain.headers["x-fiskil-version"] == explicit.headers["x-fiskil-version"] == "v3"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_older_versions_return_bare_arrays(still: Still, api: httpx.Client, version: str) -> None:
    """v1 and v2 have no envelope, and the response header has the version. Source: versions.v3-envelope, versions.header"""
    end_user_id = create(api, email="a@example.com")

    response = api.get("/v1/end-users", headers={"x-fiskil-version": version})

    assert [row["id"] for row in response.json()] == [end_user_id]
    assert response.headers["x-fiskil-version"] == version


@pytest.mark.parametrize("version", ["3", "v4", "V3", "2.0.0", "v3.0.0", "null"])
def test_any_other_version_is_refused(still: Still, api: httpx.Client, version: str) -> None:
    """The version label must match exactly. Source: versions.header"""
    response = api.get("/v1/end-users/eu_1", headers={"x-fiskil-version": version})

    assert response.status_code == 400
    assert response.json()["message"] == "X-Fiskil-Version is not accepted; it must be one of v1, v2, v3"


def test_errors_of_v3_lists_have_no_flags(still: Still, api: httpx.Client) -> None:
    """Only list errors of v3 omit temporary, timeout and fault. Source: errors.v3-lists"""
    api.headers["authorization"] = "Bearer nonsense"

    listed = api.get("/v1/end-users").json()
    older = api.get("/v1/end-users", headers={"x-fiskil-version": "v2"}).json()

    assert set(listed) == {"id", "name", "message"}
    assert set(older) == {"id", "name", "message", "temporary", "timeout", "fault"}


def test_posting_updates_the_given_fields(still: Still, api: httpx.Client) -> None:
    """Fields that are left out keep their values. Source: end-users.update"""
    end_user_id = create(api, email="a@example.com", name="A")

    response = api.post(f"/v1/end-users/{end_user_id}", json={"email": "b@example.com"})

    assert (response.status_code, response.content) == (204, b"")
    updated = api.get(f"/v1/end-users/{end_user_id}").json()
    assert (updated["email"], updated["name"]) == ("b@example.com", "A")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_end_user_is_not_found(still: Still, api: httpx.Client, method: str) -> None:
    """Reading, updating and deleting get 404 end_user_not_found. Source: end-users.delete-twice"""
    response = api.request(method, "/v1/end-users/eu_nobody", json={} if method == "POST" else None)

    assert response.status_code == 404
    assert response.json()["name"] == "end_user_not_found"
    assert response.json()["id"].startswith("err_")


def test_deleting_twice_is_not_found(still: Still, api: httpx.Client) -> None:
    """The first request gets 204, every later one 404. Source: end-users.delete-twice"""
    end_user_id = create(api, email="a@example.com")

    statuses = [api.delete(f"/v1/end-users/{end_user_id}").status_code for _ in range(3)]

    assert statuses == [204, 404, 404]


def test_deleting_ends_consents_and_empties_data(still: Still, api: httpx.Client) -> None:
    """The consent is revoked with an event, and data requests return empty lists. Source: end-users.delete-ends-consents"""
    consent = still.consent("rosa")
    query = {"end_user_id": consent.end_user_id}
    assert api.get("/v1/banking/accounts", params=query).json()["accounts"]

    api.delete(f"/v1/end-users/{consent.end_user_id}")

    assert still.sandbox.events[-1].kind == "consent.revoked"
    assert api.get("/v1/banking/accounts", params=query).json() == {"accounts": [], "links": {}}
    assert api.get("/v1/banking/balances", params=query).json() == {"balances": [], "links": {}}
    assert api.get("/v1/banking/transactions", params=query).json() == {"transactions": [], "links": {}}
