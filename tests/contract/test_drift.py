"""Drift: each check returns the interpretation that an API shows, and each undescribed response is reported."""

from collections.abc import Iterator

import msgspec
import pytest

from fiskil_harness.contract.clause_checks import CHECKS, CheckContext
from fiskil_harness.contract.client import Api
from fiskil_harness.contract.drift import DRIFTS, HOLDS, check_clauses, read_everything
from fiskil_harness.contract.hosted_target import CLIENT_ID, CLIENT_SECRET, open_target
from fiskil_harness.contract.sample_household import RETAILER, SampleEndUser
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
    """The local sandbox as a hosted API, with one end user's data."""
    SampleEndUser(fiskil)
    with HttpClient() as client:
        yield Api(client, fiskil.api_url)


def context_of(fiskil: LocalFiskil, api: Api) -> CheckContext:
    """Return the context for checks, with a new token."""
    pair = {CLIENT_ID: fiskil.credentials.client_id, CLIENT_SECRET: fiskil.credentials.client_secret}
    return open_target(api, pair.get)[0]


def test_every_check_belongs_to_a_clause() -> None:
    """Each check has the id of a clause."""
    assert set(CHECKS) <= set(clauses())


def test_the_sandbox_follows_every_checked_clause(fiskil: LocalFiskil, api: Api) -> None:
    """Every checked clause holds under its default interpretation."""
    checks = check_clauses(context_of(fiskil, api), Interpretations())

    assert {check.clause for check in checks if check.outcome == HOLDS} == set(CHECKS)


@pytest.mark.parametrize(("clause", "choice"), OTHERS, ids=["=".join(pair) for pair in OTHERS])
def test_another_interpretation_is_detected(fiskil: LocalFiskil, api: Api, clause: str, choice: str) -> None:
    """The check returns the interpretation that the API shows, and the clause drifts."""
    fiskil.sandbox.choose_interpretations({clause: choice})

    checks = {check.clause: check for check in check_clauses(context_of(fiskil, api), Interpretations())}

    assert (checks[clause].outcome, checks[clause].observed) == (DRIFTS, choice)
    assert checks[clause].expected == clauses()[clause].default


def test_an_expected_interpretation_is_no_drift(fiskil: LocalFiskil, api: Api) -> None:
    """A clause holds if the API shows the expected interpretation. Source: token.lifetime"""
    fiskil.sandbox.choose_interpretations({"token.lifetime": "3600"})

    checks = {
        check.clause: check for check in check_clauses(context_of(fiskil, api), Interpretations({"token.lifetime": "3600"}))
    }

    assert checks["token.lifetime"].outcome == HOLDS


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_every_endpoint_fits_its_document(fiskil: LocalFiskil, api: Api, version: str) -> None:
    """The responses of all readable endpoints have no deviation."""
    ids = {**context_of(fiskil, api).ids, "institution_id": RETAILER}

    assert read_everything(api, version, ids, {}) == []


def test_a_wrong_response_is_reported(fiskil: LocalFiskil, api: Api, request: pytest.FixtureRequest) -> None:
    """The report names operation, part and place."""
    ids = context_of(fiskil, api).ids
    served = fiskil.sandbox.store.served
    key = next(pair for pair in served if pair[1] == "balances")
    served[key] = tuple(msgspec.structs.replace(row, current_balance="plenty") for row in served[key])

    misfits = read_everything(api, "v3", ids, {})

    assert {(misfit.operation, misfit.is_new) for misfit in misfits} == {("banking.balances", False)}
    assert "/balances/0/current_balance" in misfits[0].message
    request.getfixturevalue("witness").take()


def test_a_missing_key_pair_is_an_error(api: Api) -> None:
    """The error names the environment variables."""
    with pytest.raises(ConfigError, match=r"FISKIL_CONTRACT_CLIENT_ID and FISKIL_CONTRACT_CLIENT_SECRET"):
        open_target(api, {}.get)


def test_a_rejected_key_pair_is_an_error(fiskil: LocalFiskil, api: Api) -> None:
    """The error contains the status and not the secret."""
    with pytest.raises(HookError, match=r"returned no token: the response was 401") as caught:
        open_target(api, {CLIENT_ID: fiskil.credentials.client_id, CLIENT_SECRET: "a wrong secret"}.get)

    assert "a wrong secret" not in str(caught.value)


def test_a_key_pair_that_reaches_real_institutions_is_rejected(fiskil: LocalFiskil, api: Api) -> None:
    """Such a key pair may be a production pair."""
    institutions = fiskil.sandbox.store.institutions
    real = next(institution for institution in institutions.values() if not institution.is_accessible)
    institutions[real.institution_id] = msgspec.structs.replace(real, is_accessible=True)

    with pytest.raises(UnsafeTarget, match=rf"outside the sandbox \({real.institution_id}\)"):
        context_of(fiskil, api)
