"""``/v1/institutions``: no token, but a client_id; only the sandbox bank can be reached."""

import httpx
import pytest

from tests.sandbox.still import Still


def test_no_token_is_asked_for(still: Still) -> None:
    """client_id is enough, and any will do. Source: institutions.client-id"""
    answer = httpx.get(f"{still.api_url}/v1/institutions?client_id=team", timeout=30, trust_env=False)

    assert answer.status_code == 200
    assert answer.json()[0] == {
        "id": "88888",
        "name": "Banking Sandbox Data Holder",
        "icon": "",
        "logo": "",
        "industry": "banking",
        "is_accessible": True,
        "priority": 1,
        "status": {"connections": {"status": "HEALTHY"}},
    }


def test_only_sandbox_institutions_are_accessible(still: Still, api: httpx.Client) -> None:
    """One bank and one retailer; real ones are not. Source: institutions.sandbox-bank, institutions.sandbox-retailer"""
    listed = api.get("/v1/institutions", params={"client_id": "team"}).json()

    assert [value["id"] for value in listed if value["is_accessible"]] == ["88888", "99999"]
    assert len(listed) > 3


@pytest.mark.parametrize(("industry", "names"), [("energy", {"Harbour Light Energy"}), ("banking", {"Eastpac"})])
def test_an_industry_can_be_asked_for(still: Still, api: httpx.Client, industry: str, names: set[str]) -> None:
    """Only its institutions come."""
    listed = api.get("/v1/institutions", params={"client_id": "team", "industry": industry}).json()

    assert {value["industry"] for value in listed} == {industry}
    assert names <= {value["name"] for value in listed}


@pytest.mark.parametrize(
    "query", ["", "client_id=", "client_id=x&industry=water", "client_id=x&institution_mode=all", "client_id=x&sess_id=none"]
)
def test_a_bad_listing_is_refused_without_flags(still: Still, query: str) -> None:
    """400 bad_request; under v3 a list's error has no flags. Source: errors.v3-lists, institutions.client-id"""
    answer = httpx.get(f"{still.api_url}/v1/institutions?{query}", timeout=30, trust_env=False)

    assert answer.status_code == 400
    assert (answer.json()["name"], set(answer.json())) == ("bad_request", {"id", "name", "message"})


def test_one_institution_by_its_id(still: Still) -> None:
    """It reads as in the list; an unknown id is institution_not_found."""
    found = httpx.get(f"{still.api_url}/v1/institutions/22", timeout=30, trust_env=False)
    missing = httpx.get(f"{still.api_url}/v1/institutions/23", timeout=30, trust_env=False)

    assert found.json()["name"] == "Eastpac"
    assert (missing.status_code, missing.json()["name"]) == (404, "institution_not_found")


def test_recommended_ones_are_the_first(still: Still, api: httpx.Client) -> None:
    """By priority; all of them are in the whole list. Source: institutions.recommended"""
    listed, recommended = (
        api.get("/v1/institutions", params={"client_id": "team", "industry": "banking", **more}).json()
        for more in ({}, {"institution_mode": "recommended"})
    )

    assert [value["priority"] for value in recommended] == [1, 2, 3]
    assert [value for value in listed if value in recommended] == recommended
    assert len(listed) > len(recommended)


def test_a_session_of_the_client_is_accepted(still: Still, api: httpx.Client) -> None:
    """The consent page asks with it. Source: institutions.recommended"""
    session = still.invite()

    answer = api.get("/v1/institutions", params={"client_id": "team", "sess_id": session.session_id})

    assert (answer.status_code, len(answer.json()) > 3) == (200, True)
