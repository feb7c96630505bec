"""Authentication faults, and mistakes that they reveal: retry loops, stampedes, and repeated work."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import Fault
from tests.faults.caller import Caller, exchange_on, json_of, reply_with
from tests.plain_http import plain_client

ROUTE = "banking.transactions"
TOKEN = {"token": "eyJ", "token_type": "Bearer", "expires_in": 900}


@pytest.mark.parametrize(("status", "name"), [(401, "unauthorized"), (403, "forbidden")])
def test_a_key_pair_is_refused(caller: Caller, status: int, name: str) -> None:
    """No new token is issued, and the existing one stays valid."""
    with caller.fiskil.broken("token", faults.KeyRefused(status=status)):
        refused = caller.request_token()

    assert (refused.status_code, refused.json()["name"]) == (status, name)
    assert caller.get(ROUTE).status_code == 200


def test_a_token_expires_between_two_pages(caller: Caller) -> None:
    """After one renewal the same page is served."""
    with caller.fiskil.broken(ROUTE, faults.ExpireTokens(), skip=1):
        first = caller.get(ROUTE)
        refused = caller.http.get(first.json()["links"]["next"])
    caller.renew()
    repeated = caller.http.get(first.json()["links"]["next"])

    assert [response.status_code for response in (first, refused, repeated)] == [200, 401, 200]


def test_all_callers_get_the_expiry_together(caller: Caller) -> None:
    """A fault that bites once refuses all eight callers, because they share the expired token."""
    start = threading.Barrier(8)

    def call(_number: int) -> int:
        with plain_client(base_url=caller.fiskil.api_url, headers=caller.http.headers) as worker:
            start.wait(60)
            worker.get("/v1/banking/accounts", params={"end_user_id": caller.rosa.end_user_id})
            start.wait(60)
            return worker.get("/v1/banking/accounts", params={"end_user_id": caller.rosa.end_user_id}).status_code

    with caller.fiskil.broken("banking.accounts", faults.ExpireTokens()), ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(call, range(8)))

    assert statuses == [401] * 8


def test_work_is_done_and_refused(caller: Caller) -> None:
    """A client that repeats its request after the 401 registers the end user twice."""
    with caller.fiskil.broken("end_users.create", faults.UnauthorisedLate()):
        refused = caller.http.post("/v1/end-users", json={"email": "a@example.com"})

    assert refused.status_code == 401
    assert len(caller.rows("end_users.list", email="a@example.com")) == 1


def test_a_new_token_does_not_help(caller: Caller) -> None:
    """The API responds 401 to the old token and to a new one."""
    with caller.fiskil.broken(ROUTE, faults.Unauthorised(), times=2):
        first = caller.get(ROUTE)
        caller.renew()
        second = caller.get(ROUTE)

    assert [response.status_code for response in (first, second)] == [401, 401]
    assert second.json()["name"] == "unauthorized"


def test_a_scope_is_missing(caller: Caller) -> None:
    """The API responds 403 with Fiskil's name for the error."""
    with caller.fiskil.broken(ROUTE, faults.Forbidden()):
        refused = caller.get(ROUTE)

    assert (refused.status_code, refused.json()["name"]) == (403, "insufficient_scopes")


def test_a_token_under_another_name(caller: Caller) -> None:
    """The token under another name is valid."""
    with caller.fiskil.broken("token", faults.TokenField()):
        response = caller.request_token().json()

    assert set(response) == {"access_token", "token_type", "expires_in"}
    caller.http.headers["authorization"] = f"Bearer {response['access_token']}"
    assert caller.get(ROUTE).status_code == 200


@pytest.mark.parametrize(
    ("lifetime", "expires_in"), [("zero", 0), ("negative", -1), ("huge", 10**12), ("text", "900"), ("null", None)]
)
def test_a_lifetime_is_unusual(caller: Caller, lifetime: faults.auth.Lifetime, expires_in: object) -> None:
    """The token stays valid for the usual time."""
    with caller.fiskil.broken("token", faults.TokenLifetime(stated=lifetime)):
        response = caller.request_token().json()

    assert response["expires_in"] == expires_in
    assert response["token_type"] == "Bearer"


def test_a_lifetime_is_missing(caller: Caller) -> None:
    """Only the lifetime is missing."""
    with caller.fiskil.broken("token", faults.TokenLifetime()):
        assert set(caller.request_token().json()) == {"token", "token_type"}


@pytest.mark.parametrize(
    ("fault", "fields"),
    [
        (faults.TokenField(field="jwt"), {"jwt": "eyJ", "token_type": "Bearer", "expires_in": 900}),
        (faults.TokenLifetime(), {"token": "eyJ", "token_type": "Bearer"}),
        (faults.TokenLifetime(stated="huge"), TOKEN | {"expires_in": 10**12}),
    ],
    ids=repr,
)
def test_token_responses_are_values(fault: Fault, fields: object) -> None:
    """One field is changed, and the order of the others stays."""
    assert list(json_of(fault.change_response(reply_with(TOKEN), exchange_on("token"))).items()) == list(
        dict(fields).items()
    )  # type: ignore[call-overload]


@pytest.mark.parametrize("fault", [faults.KeyRefused(), faults.TokenField(), faults.TokenLifetime()], ids=repr)
def test_a_token_fault_leaves_other_routes_unchanged(caller: Caller, fault: Fault) -> None:
    """On any other route the fault does not bite, and the error states that."""
    with pytest.raises(FaultUnbitten, match="1 response"), caller.fiskil.broken("banking.*", fault):
        assert caller.get(ROUTE).status_code == 200


@pytest.mark.parametrize("fault", [faults.Unauthorised(), faults.Forbidden(), faults.UnauthorisedLate()], ids=repr)
def test_a_data_fault_leaves_the_token_route_unchanged(caller: Caller, fault: Fault) -> None:
    """On every route the fault leaves the token route unchanged."""
    with caller.fiskil.broken("*", fault):
        assert caller.request_token().status_code == 200
        assert caller.get(ROUTE).status_code in {401, 403}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.KeyRefused(status=404), "status must be 401 or 403, got 404"),
        (faults.TokenField(field="token"), "a name other than 'token'"),
        (faults.TokenLifetime(stated="none"), "stated 'none' is unknown"),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_invalid_arguments_are_refused(fault: Fault, message: str) -> None:
    """Invalid arguments are refused before a socket is opened."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
