"""Faults of the clock and of institutions: time that passes during a call, wrong dates, banks that are reported as down."""

from email.utils import parsedate_to_datetime

import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import real_now
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import Fault
from tests.faults.caller import Caller, exchange_on, json_of, reply_with

ROUTE = "banking.transactions"


def test_a_token_expires_during_a_call(caller: Caller) -> None:
    """The token is valid when the call begins, and 15 minutes older when it is checked."""
    before = caller.fiskil.sandbox.clock.offset

    with caller.fiskil.broken(ROUTE, faults.AdvanceInFlight(seconds=900)):
        refused = caller.get(ROUTE)

    assert refused.status_code == 401
    assert (caller.fiskil.sandbox.clock.offset - before).total_seconds() == 900


def test_a_minute_does_not_expire_a_token(caller: Caller) -> None:
    """Time passes, and the call is served."""
    with caller.fiskil.broken(ROUTE, faults.AdvanceInFlight(seconds=60)):
        assert caller.get(ROUTE).status_code == 200


@pytest.mark.parametrize("skew_s", [-86_400, 3_600])
def test_a_server_date_is_skewed(caller: Caller, skew_s: int) -> None:
    """The date differs by the skew; nothing else changes."""
    with caller.fiskil.broken(ROUTE, faults.DateSkew(skew_s=skew_s)):
        response = caller.get(ROUTE)

    ahead_s = (parsedate_to_datetime(response.headers["date"]) - real_now()).total_seconds()
    assert skew_s - 60 <= ahead_s <= skew_s + 1
    assert len(response.json()["transactions"]) == 25


def test_a_response_without_a_date_is_spared() -> None:
    """A response without a date is spared."""
    page = reply_with({})

    assert faults.DateSkew().change_response(page, exchange_on()) is page


@pytest.mark.parametrize("institution_id", ["", "88888"])
def test_a_bank_is_reported_as_down(caller: Caller, institution_id: str) -> None:
    """One bank or all of them are reported as down; their data is served as usual."""
    with caller.fiskil.broken("institutions.*", faults.InstitutionLine(status="DEGRADED", institution_id=institution_id)):
        rows = caller.rows("institutions.list")

    status_by_id = {row["id"]: row["status"]["connections"]["status"] for row in rows}
    assert status_by_id["88888"] == "DEGRADED"
    assert (set(status_by_id.values()) == {"DEGRADED"}) is (institution_id == "")
    assert len(caller.rows(ROUTE)) == 25


def test_a_single_institution_is_reported_as_down(caller: Caller) -> None:
    """The response about one institution reports the same."""
    with caller.fiskil.broken("institutions.get", faults.InstitutionLine()):
        response = caller.http.get("/v1/institutions/88888").json()

    assert response["status"] == {"connections": {"status": "OUTAGE"}}


def test_other_responses_are_spared(caller: Caller) -> None:
    """On a route of data the fault does not bite."""
    with pytest.raises(FaultUnbitten, match="1 response"), caller.fiskil.broken(ROUTE, faults.InstitutionLine()):
        caller.get(ROUTE)


def test_a_list_in_an_envelope() -> None:
    """The list may be in an object, as one interpretation has it."""
    page = reply_with({"institutions": [{"id": "88888", "status": {"connections": {"status": "HEALTHY"}}}], "links": {}})

    changed = faults.InstitutionLine().change_response(page, exchange_on("institutions.list"))

    assert json_of(changed)["institutions"][0]["status"] == {"connections": {"status": "OUTAGE"}}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.AdvanceInFlight(seconds=0), "seconds must be a whole number, from 1"),
        (faults.DateSkew(skew_s=0), "skew_s"),
        (faults.InstitutionLine(status="DOWN"), "status 'DOWN' is unknown"),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_invalid_arguments_are_refused(fault: Fault, message: str) -> None:
    """Invalid arguments are refused before a socket is opened."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
