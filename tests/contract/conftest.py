"""The two APIs under the contract: the local Fiskil always, the hosted sandbox if credentials are set.

Set FISKIL_CONTRACT_CLIENT_ID and FISKIL_CONTRACT_CLIENT_SECRET to the key pair of a hosted sandbox team to test for drift.
A production key pair is rejected: a sandbox one reaches only sandbox institutions.
"""

from collections.abc import Iterator

import httpx
import pytest

from fiskil_harness.core.config import environment
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

HOSTED = "https://api.fiskil.com"
PAIR = (environment("FISKIL_CONTRACT_CLIENT_ID"), environment("FISKIL_CONTRACT_CLIENT_SECRET"))


class Side:
    """One API under the contract: a client with a token, and its key pair."""

    def __init__(self, client: httpx.Client, client_id: str, client_secret: str) -> None:
        self.client = client
        self.pair = {"client_id": client_id, "client_secret": client_secret}
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=self.pair).json()["token"]


@pytest.fixture(params=["local", *(["hosted"] if all(PAIR) else [])])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    """The API that a test calls; each test runs once for each API."""
    if request.param == "hosted":
        with httpx.Client(base_url=HOSTED, timeout=30) as client:
            hosted = Side(client, PAIR[0] or "", PAIR[1] or "")
            listed = client.get("/v1/institutions", params={"client_id": hosted.pair["client_id"]}).json()
            reachable = {value["id"] for value in listed if value["is_accessible"] and "Sandbox" not in value["name"]}
            assert reachable == set(), "these keys reach real institutions"
            yield hosted
        return
    fiskil: LocalFiskil = request.getfixturevalue("fiskil")
    credentials = fiskil.credentials
    with plain_client(base_url=fiskil.api_url) as client:
        yield Side(client, credentials.client_id, credentials.client_secret)


@pytest.fixture
def end_user_id(side: Side) -> Iterator[str]:
    """An end user that is deleted after the test."""
    response = side.client.post("/v1/end-users", json={"email": "contract@example.com", "name": "Contract"})
    created_id = str(response.json()["end_user_id"])
    yield created_id
    side.client.delete(f"/v1/end-users/{created_id}")
