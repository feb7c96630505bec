"""Faults of authentication, and what a client must not make of them: a loop, a stampede, work done twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import PlainFault
from tests.faults.caller import Caller, asked_for, said, told

ROUTE = "banking.transactions"
TOKEN = {"token": "eyJ", "token_type": "Bearer", "expires_in": 900}


@pytest.mark.parametrize(("status", "name"), [(401, "unauthorized"), (403, "forbidden")])
def test_a_key_pair_is_refused(caller: Caller, status: int, name: str) -> None:
    """No new token is given, and the one that there is lives on."""
    with caller.fiskil.broken("token", faults.KeyRefused(status=status)):
        refused = caller.ask_token()

    assert (refused.status_code, refused.json()["name"]) == (status, name)
    assert caller.get(ROUTE).status_code == 200


def test_a_token_dies_between_two_pages(caller: Caller) -> None:
    """One renewal, and the very same page is served."""
    with caller.fiskil.broken(ROUTE, faults.ExpireTokens(), skip=1):
        first = caller.get(ROUTE)
        refused = caller.http.get(first.json()["links"]["next"])
    caller.renew()
    again = caller.http.get(first.json()["links"]["next"])

    assert [response.status_code for response in (first, refused, again)] == [200, 401, 200]


def test_a_herd_sees_the_end_together(caller: Caller) -> None:
    """A fault that bites once refuses all eight callers: the token that they share is dead for each."""
    start = threading.Barrier(8)

    def call(_number: int) -> int:
        with httpx.Client(
            base_url=caller.fiskil.api_url, headers=caller.http.headers, timeout=30, trust_env=False
        ) as worker:
            start.wait(60)
            worker.get("/v1/banking/accounts", params={"end_user_id": caller.rosa.end_user_id})
            start.wait(60)
            return worker.get("/v1/banking/accounts", params={"end_user_id": caller.rosa.end_user_id}).status_code

    with caller.fiskil.broken("banking.accounts", faults.ExpireTokens()), ThreadPoolExecutor(8) as herd:
        answered = list(herd.map(call, range(8)))

    assert answered == [401] * 8


def test_work_is_done_and_refused(caller: Caller) -> None:
    """Who asks again after a 401 registers the end user twice."""
    with caller.fiskil.broken("end_users.create", faults.UnauthorisedLate()):
        refused = caller.http.post("/v1/end-users", json={"email": "a@example.com"})

    assert refused.status_code == 401
    assert len(caller.rows("end_users.list", email="a@example.com")) == 1


def test_a_fresh_token_does_not_help(caller: Caller) -> None:
    """401 with the old one, 401 with a new one."""
    with caller.fiskil.broken(ROUTE, faults.Unauthorised(), times=2):
        first = caller.get(ROUTE)
        caller.renew()
        second = caller.get(ROUTE)

    assert [response.status_code for response in (first, second)] == [401, 401]
    assert second.json()["name"] == "unauthorized"


def test_a_scope_is_lacking(caller: Caller) -> None:
    """403, under Fiskil's name for it."""
    with caller.fiskil.broken(ROUTE, faults.Forbidden()):
        refused = caller.get(ROUTE)

    assert (refused.status_code, refused.json()["name"]) == (403, "insufficient_scopes")


def test_a_token_under_another_name(caller: Caller) -> None:
    """It is a good token all the same."""
    with caller.fiskil.broken("token", faults.TokenField()):
        answer = caller.ask_token().json()

    assert set(answer) == {"access_token", "token_type", "expires_in"}
    caller.http.headers["authorization"] = f"Bearer {answer['access_token']}"
    assert caller.get(ROUTE).status_code == 200


@pytest.mark.parametrize(
    ("lifetime", "expires_in"), [("zero", 0), ("negative", -1), ("huge", 10**12), ("text", "900"), ("null", None)]
)
def test_a_lifetime_is_odd(caller: Caller, lifetime: faults.auth.Lifetime, expires_in: object) -> None:
    """The token lives as long as it always does."""
    with caller.fiskil.broken("token", faults.TokenLifetime(stated=lifetime)):
        answer = caller.ask_token().json()

    assert answer["expires_in"] == expires_in
    assert answer["token_type"] == "Bearer"


def test_a_lifetime_is_missing(caller: Caller) -> None:
    """And nothing else is."""
    with caller.fiskil.broken("token", faults.TokenLifetime()):
        assert set(caller.ask_token().json()) == {"token", "token_type"}


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (faults.TokenField(field="jwt"), {"jwt": "eyJ", "token_type": "Bearer", "expires_in": 900}),
        (faults.TokenLifetime(), {"token": "eyJ", "token_type": "Bearer"}),
        (faults.TokenLifetime(stated="huge"), TOKEN | {"expires_in": 10**12}),
    ],
    ids=repr,
)
def test_answers_about_tokens_are_values(fault: PlainFault, answer: object) -> None:
    """One field is edited, the order of the others stays."""
    assert list(said(fault.change_response(told(TOKEN), asked_for("token"))).items()) == list(dict(answer).items())  # type: ignore[call-overload]


@pytest.mark.parametrize("fault", [faults.KeyRefused(), faults.TokenField(), faults.TokenLifetime()], ids=repr)
def test_only_tokens_are_meant(caller: Caller, fault: PlainFault) -> None:
    """Set on any other route, the fault waits in vain and says so."""
    with pytest.raises(FaultUnbitten, match="1 answer"), caller.fiskil.broken("banking.*", fault):
        assert caller.get(ROUTE).status_code == 200


@pytest.mark.parametrize("fault", [faults.Unauthorised(), faults.Forbidden(), faults.UnauthorisedLate()], ids=repr)
def test_tokens_are_not_meant(caller: Caller, fault: PlainFault) -> None:
    """Set on every route, it leaves the one alone that could help."""
    with caller.fiskil.broken("*", fault):
        assert caller.ask_token().status_code == 200
        assert caller.get(ROUTE).status_code in {401, 403}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.KeyRefused(status=404), "status must be 401 or 403, got 404"),
        (faults.TokenField(field="token"), "another name than token"),
        (faults.TokenLifetime(stated="none"), "no told 'none'"),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_refusals_that_there_are_not_are_refused(fault: PlainFault, words: str) -> None:
    """Before a socket opens."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
