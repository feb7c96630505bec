"""Validation of requests against the contract: an invalid request gets the documented 400 that names the place."""

import httpx
import pytest

from fiskil_harness.sandbox.openapi.documents import document
from tests.sandbox.still import Still

SIZE = {"$ref": "#/components/parameters/PageSize"}
PAGED = [path for path, item in document("v3")["paths"].items() if SIZE in item.get("get", {}).get("parameters", ())]
QUERIES = {
    "size of words": ("/v1/banking/payees", {"page[size]": "many"}, "invalid page[size]: must be a positive integer"),
    "size of nothing": ("/v1/energy/usage", {"page[size]": "000"}, "invalid page[size]: must be a positive integer"),
    "status": ("/v1/banking/transactions", {"status": "posted"}, "invalid status: must be one of PENDING, POSTED"),
    "bare date": ("/v1/banking/transactions", {"from": "2025-07-01"}, "invalid from datetime: not in RFC3339 format"),
    "fetch": ("/v1/banking/balances", {"fetch": "yes"}, "invalid fetch: must be a boolean"),
}


@pytest.mark.parametrize(("path", "query", "message"), QUERIES.values(), ids=QUERIES.keys())
def test_an_invalid_query_is_refused(
    still: Still, api: httpx.Client, path: str, query: dict[str, str], message: str
) -> None:
    """The response is 400 InvalidRequest with the message that integrations receive. Source: errors.simple, data.rfc3339"""
    response = api.get(path, params={"end_user_id": "eu_1", **query})

    assert (response.status_code, response.json()["name"], response.json()["message"]) == (400, "InvalidRequest", message)


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("size", ["-1", "1.5", "٣", "0x10", "1e3", " 1"])
def test_a_size_is_a_positive_integer(still: Still, api: httpx.Client, path: str, size: str) -> None:
    """Every paged list refuses any other size with 400. Source: errors.simple, errors.goa"""
    query = {"end_user_id": "eu_1", "instituition_id": "88888", "institution_id": "99999", "page[size]": size}

    response = api.get(path, params=query)

    assert (response.status_code, response.json()["message"]) == (400, "invalid page[size]: must be a positive integer")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"email": 5}, "invalid request body at email: the value is not of types"),
        ([], "invalid request body: the value is not of type"),
        ({"email": {"secret": "s3cret"}}, "invalid request body at email: the value is not of types"),
    ],
)
def test_the_error_of_an_invalid_body_names_the_field(still: Still, api: httpx.Client, body: object, place: str) -> None:
    """The message has the path of the field and the expected type, never the sent value. Source: errors.goa"""
    response = api.post("/v1/end-users", json=body)

    assert response.status_code == 400
    assert response.json()["message"].startswith(place)
    assert "s3cret" not in response.text


def test_a_missing_field_is_named(still: Still, api: httpx.Client) -> None:
    """The message names the missing field, and no value of another field. Source: errors.goa"""
    response = api.post("/v1/token", json={"client_secret": "s3cret"})

    assert response.json()["message"] == 'invalid request body: "client_id" is a required property'


def test_the_token_is_checked_first(still: Still) -> None:
    """A request without a token gets no information about its other errors. Source: errors.unauthorized"""
    response = httpx.get(f"{still.api_url}/v1/banking/accounts?page[size]=x", timeout=30, trust_env=False)

    assert response.status_code == 401


def test_unknown_parameters_and_fields_are_ignored(still: Still, api: httpx.Client) -> None:
    """They may belong to a later version."""
    assert api.get("/v1/banking/accounts", params={"end_user_id": "eu_1", "colour": "red"}).status_code == 200
    assert api.post("/v1/end-users", json={"email": "a@example.com", "colour": "red"}).status_code == 200


def test_validation_follows_the_interpretation(still: Still, api: httpx.Client) -> None:
    """With auth-session.uris=optional both URIs may be left out; otherwise they may not. Source: auth-session.uris"""
    end_user = still.enrol()
    body = {"end_user_id": end_user.end_user_id}
    before = api.post("/v1/auth/session", json=body).status_code

    still.sandbox.choose_interpretations({"auth-session.uris": "optional"})

    assert (before, api.post("/v1/auth/session", json=body).status_code) == (400, 200)
