"""Faults of the clock and of institutions' lines: time that passes amid a call, dates that lie, banks said to be out."""

from email.utils import parsedate_to_datetime

import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import real_now
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import PlainFault
from tests.faults.caller import Caller, asked_for, said, told

ROUTE = "banking.transactions"


def test_a_token_grows_old_amid_a_call(caller: Caller) -> None:
    """It is good when the call begins, and a quarter of an hour older when it is looked at."""
    before = caller.fiskil.sandbox.clock.offset

    with caller.fiskil.broken(ROUTE, faults.AdvanceInFlight(seconds=900)):
        refused = caller.get(ROUTE)

    assert refused.status_code == 401
    assert (caller.fiskil.sandbox.clock.offset - before).total_seconds() == 900


def test_a_minute_does_not_outlive_a_token(caller: Caller) -> None:
    """Time passes, and the call is served."""
    with caller.fiskil.broken(ROUTE, faults.AdvanceInFlight(seconds=60)):
        assert caller.get(ROUTE).status_code == 200


@pytest.mark.parametrize("skew_s", [-86_400, 3_600])
def test_a_server_s_date_lies(caller: Caller, skew_s: int) -> None:
    """So far before or behind; nothing else is different."""
    with caller.fiskil.broken(ROUTE, faults.DateSkew(skew_s=skew_s)):
        answer = caller.get(ROUTE)

    ahead_s = (parsedate_to_datetime(answer.headers["date"]) - real_now()).total_seconds()
    assert skew_s - 60 <= ahead_s <= skew_s + 1
    assert len(answer.json()["transactions"]) == 25


def test_an_answer_without_a_date_has_none_to_lie_about() -> None:
    """It is spared."""
    page = told({})

    assert faults.DateSkew().change_response(page, asked_for()) is page


@pytest.mark.parametrize("institution_id", ["", "88888"])
def test_a_bank_is_said_to_be_out(caller: Caller, institution_id: str) -> None:
    """The one, or all of them; its data is served all the same."""
    with caller.fiskil.broken("institutions.*", faults.InstitutionLine(status="DEGRADED", institution_id=institution_id)):
        rows = caller.rows("institutions.list")

    said_of = {row["id"]: row["status"]["connections"]["status"] for row in rows}
    assert said_of["88888"] == "DEGRADED"
    assert (set(said_of.values()) == {"DEGRADED"}) is (institution_id == "")
    assert len(caller.rows(ROUTE)) == 25


def test_one_institution_alone(caller: Caller) -> None:
    """An answer about it says the same."""
    with caller.fiskil.broken("institutions.get", faults.InstitutionLine()):
        answer = caller.http.get("/v1/institutions/88888").json()

    assert answer["status"] == {"connections": {"status": "OUTAGE"}}


def test_other_answers_know_no_lines(caller: Caller) -> None:
    """On a route of data the fault waits in vain."""
    with pytest.raises(FaultUnbitten, match="1 answer"), caller.fiskil.broken(ROUTE, faults.InstitutionLine()):
        caller.get(ROUTE)


def test_a_list_in_an_envelope() -> None:
    """As one reading has it."""
    page = told({"institutions": [{"id": "88888", "status": {"connections": {"status": "HEALTHY"}}}], "links": {}})

    spoilt = faults.InstitutionLine().change_response(page, asked_for("institutions.list"))

    assert said(spoilt)["institutions"][0]["status"] == {"connections": {"status": "OUTAGE"}}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.AdvanceInFlight(seconds=0), "seconds must be a whole number, from 1"),
        (faults.DateSkew(skew_s=0), "skew_s"),
        (faults.InstitutionLine(status="DOWN"), "no status 'DOWN'"),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_clocks_that_are_right_are_refused(fault: PlainFault, words: str) -> None:
    """Before a socket opens."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
