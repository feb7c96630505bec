"""``/v1/institutions``: needs a client_id and no token; only sandbox institutions are accessible."""

import httpx
import pytest

from tests.sandbox.still import Still


def test_no_token_is_needed(still: Still) -> None:
    """The app's own client_id is enough. Source: institutions.client-id"""
    response = httpx.get(f"{still.api_url}/v1/institutions?client_id={still.pair['client_id']}", timeout=30, trust_env=False)

    assert response.status_code == 200
    assert response.json()[0] == {
        "id": "88888",
        "name": "Banking Sandbox Data Holder",
        "icon": f"{still.auth_url}/pictures/88888-icon.svg",
        "logo": f"{still.auth_url}/pictures/88888-logo.svg",
        "industry": "banking",
        "is_accessible": True,
        "priority": 1,
        "status": {"connections": {"status": "HEALTHY"}},
    }


def test_pictures_can_be_loaded(still: Still, api: httpx.Client) -> None:
    """The consent page serves icon and logo; one institution has none, and there are no others."""
    listed = api.get("/v1/institutions", params={"client_id": still.pair["client_id"]}).json()
    urls = [row[kind] for row in listed for kind in ("icon", "logo")]

    responses = [httpx.get(url, timeout=30, trust_env=False) for url in urls if url]
    missing = httpx.get(f"{still.auth_url}/pictures/0-icon.svg", timeout=30, trust_env=False)

    assert urls.count("") == 2
    assert {(response.status_code, response.headers["content-type"]) for response in responses} == {(200, "image/svg+xml")}
    assert missing.status_code == 404


def test_only_sandbox_institutions_are_accessible(still: Still, api: httpx.Client) -> None:
    """One bank and one retailer are accessible, real institutions are not.

    Source: institutions.sandbox-bank, institutions.sandbox-retailer
    """
    listed = api.get("/v1/institutions", params={"client_id": still.pair["client_id"]}).json()

    assert [row["id"] for row in listed if row["is_accessible"]] == ["88888", "99999"]
    assert len(listed) > 3


@pytest.mark.parametrize(("industry", "names"), [("energy", {"Harbour Light Energy"}), ("banking", {"Eastpac"})])
def test_an_industry_filters_institutions(still: Still, api: httpx.Client, industry: str, names: set[str]) -> None:
    """Only institutions of that industry are returned."""
    listed = api.get("/v1/institutions", params={"client_id": still.pair["client_id"], "industry": industry}).json()

    assert {row["industry"] for row in listed} == {industry}
    assert names <= {row["name"] for row in listed}


@pytest.mark.parametrize(
    "query", ["", "client_id=", "client_id=x&industry=water", "client_id=x&institution_mode=all", "client_id=x&sess_id=none"]
)
def test_a_bad_listing_is_refused_without_flags(still: Still, query: str) -> None:
    """The response is 400 bad_request; under v3 the error of a list has no flags.

    Source: errors.v3-lists, institutions.client-id
    """
    response = httpx.get(f"{still.api_url}/v1/institutions?{query}", timeout=30, trust_env=False)

    assert response.status_code == 400
    assert (response.json()["name"], set(response.json())) == ("bad_request", {"id", "name", "message"})


def test_one_institution_by_its_id(still: Still) -> None:
    """It equals the entry in the list; an unknown id is institution_not_found."""
    known = httpx.get(f"{still.api_url}/v1/institutions/22", timeout=30, trust_env=False)
    missing = httpx.get(f"{still.api_url}/v1/institutions/23", timeout=30, trust_env=False)

    assert known.json()["name"] == "Eastpac"
    assert (missing.status_code, missing.json()["name"]) == (404, "institution_not_found")


def test_recommended_institutions_have_the_first_priorities(still: Still, api: httpx.Client) -> None:
    """The recommended institutions are all in the whole list too. Source: institutions.recommended"""
    listed, recommended = (
        api.get("/v1/institutions", params={"client_id": still.pair["client_id"], "industry": "banking", **more}).json()
        for more in ({}, {"institution_mode": "recommended"})
    )

    assert [row["priority"] for row in recommended] == [1, 2, 3]
    assert [value for value in listed if value in recommended] == recommended
    assert len(listed) > len(recommended)


def test_a_session_of_the_client_is_accepted(still: Still, api: httpx.Client) -> None:
    """The consent page sends its session id with the request. Source: institutions.recommended"""
    session = still.invite()

    response = api.get("/v1/institutions", params={"client_id": still.pair["client_id"], "sess_id": session.session_id})

    assert (response.status_code, len(response.json()) > 3) == (200, True)
