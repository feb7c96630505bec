"""Drift: each look tells which reading an API shows, and each answer that no document describes is told."""

from collections.abc import Iterator

import msgspec
import pytest

from fiskil_harness.contract.clause_checks import CHECKS, CheckContext
from fiskil_harness.contract.client import Api
from fiskil_harness.contract.drift import DRIFTS, HOLDS, check_clauses, read_everything
from fiskil_harness.contract.hosted_target import CLIENT_ID, CLIENT_SECRET, place_of
from fiskil_harness.contract.sample_household import RETAILER, Household
from fiskil_harness.core.clauses import Interpretations, clauses
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.errors import ConfigError, HookError, UnsafeTarget
from fiskil_harness.server.local_fiskil import LocalFiskil

OTHERS = [
    (name, choice)
    for name in CHECKS
    for choice in clauses()[name].interpretations
    if clauses()[name].is_switch and choice != clauses()[name].default
]


@pytest.fixture
def api(fiskil: LocalFiskil) -> Iterator[Api]:
    """The local sandbox as an API elsewhere, with somebody's data."""
    Household(fiskil)
    with HttpClient() as browser:
        yield Api(browser, fiskil.api_url)


def place(fiskil: LocalFiskil, api: Api) -> CheckContext:
    """Where looks go, after a fresh log-in."""
    pair = {CLIENT_ID: fiskil.credentials.client_id, CLIENT_SECRET: fiskil.credentials.client_secret}
    return place_of(api, pair.get)[0]


def test_every_look_is_at_a_clause() -> None:
    """A look tells about something that the contract says."""
    assert set(CHECKS) <= set(clauses())


def test_the_sandbox_shows_what_it_promises(fiskil: LocalFiskil, api: Api) -> None:
    """Every clause that reading can tell holds, in the reading that rules."""
    found = check_clauses(place(fiskil, api), Interpretations())

    assert {clause_check.clause for clause_check in found if clause_check.outcome == HOLDS} == set(CHECKS)


@pytest.mark.parametrize(("clause", "choice"), OTHERS, ids=["=".join(pair) for pair in OTHERS])
def test_another_reading_is_seen_for_what_it_is(fiskil: LocalFiskil, api: Api, clause: str, choice: str) -> None:
    """The look names the reading that the API shows, and only that clause drifts or depends on it."""
    fiskil.sandbox.read_as({clause: choice})

    found = {check_clause.clause: check_clause for check_clause in check_clauses(place(fiskil, api), Interpretations())}

    assert (found[clause].outcome, found[clause].observed) == (DRIFTS, choice)
    assert found[clause].expected == clauses()[clause].default


def test_an_expected_reading_is_no_drift(fiskil: LocalFiskil, api: Api) -> None:
    """Who expects the other reading is told that it holds. Source: token.lifetime"""
    fiskil.sandbox.read_as({"token.lifetime": "3600"})

    found = {
        check_clause.clause: check_clause
        for check_clause in check_clauses(place(fiskil, api), Interpretations({"token.lifetime": "3600"}))
    }

    assert found["token.lifetime"].outcome == HOLDS


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_every_endpoint_that_reads_is_read(fiskil: LocalFiskil, api: Api, version: str) -> None:
    """Each keeps its document."""
    known = {**place(fiskil, api).ids, "institution_id": RETAILER}

    assert read_everything(api, version, known, {}) == []


def test_a_wrong_answer_is_told(fiskil: LocalFiskil, api: Api, request: pytest.FixtureRequest) -> None:
    """With operation, version, part and place."""
    known = place(fiskil, api).ids
    served = fiskil.sandbox.store.served
    key = next(pair for pair in served if pair[1] == "balances")
    served[key] = tuple(msgspec.structs.replace(row, current_balance="plenty") for row in served[key])

    found = read_everything(api, "v3", known, {})

    assert {(misfit.operation, misfit.is_new) for misfit in found} == {("banking.balances", False)}
    assert "/balances/0/current_balance" in found[0].message
    request.getfixturevalue("witness").take()


def test_without_a_pair_nothing_is_asked(api: Api) -> None:
    """The variables are named."""
    with pytest.raises(ConfigError, match=r"FISKIL_CONTRACT_CLIENT_ID and FISKIL_CONTRACT_CLIENT_SECRET"):
        place_of(api, {}.get)


def test_a_pair_that_is_refused_is_told(fiskil: LocalFiskil, api: Api) -> None:
    """With the status, and without the secret."""
    with pytest.raises(HookError, match=r"gave no token: it answered 401") as told:
        place_of(api, {CLIENT_ID: fiskil.credentials.client_id, CLIENT_SECRET: "a wrong secret"}.get)

    assert "a wrong secret" not in str(told.value)


def test_a_pair_that_reaches_real_institutions_is_refused(fiskil: LocalFiskil, api: Api) -> None:
    """Then it is a production pair, or looks like one."""
    institutions = fiskil.sandbox.store.institutions
    real = next(institution for institution in institutions.values() if not institution.is_accessible)
    institutions[real.institution_id] = msgspec.structs.replace(real, is_accessible=True)

    with pytest.raises(UnsafeTarget, match=rf"no sandbox \({real.institution_id}\)"):
        place(fiskil, api)
