"""Flow coverage: the flows that a run exercised, compared with those that the config expects."""

import datetime
from typing import Any

import pytest

from fiskil_harness.core.config import Attestation, Facts
from fiskil_harness.errors import ConfigError
from fiskil_harness.gate.practice_status import check_statement
from fiskil_harness.journal import Delivery, EventCreated, Exchange, Journal, Journey
from fiskil_harness.probes.coverage import ENDINGS, ERRORS, coverage, coverage_marks, exercised_in, expected_of, untested
from fiskil_harness.probes.practices import practice

CONSENTS = ("event consent.received", "event consent.revoked", "event consent.updated")
EVERY_ENDING = tuple(f"ending {ending}" for ending in ENDINGS)


def test_acknowledged_events_and_endings_of_journeys_are_exercised() -> None:
    """A refused delivery does not count, nor does an ending outside the list of expected endings."""
    journal = Journal()
    for number, (kind, outcome) in enumerate((("consent.received", "ack"), ("consent.revoked", "refuse"))):
        common = {"event": f"e{number}", "message_id": str(number), "participant": ""}
        journal.write(EventCreated(kind=kind, publish_time="2026-01-01T00:00:00Z", **common))
        journal.write(Delivery(attempt=1, outcome=outcome, **common))
    for ending in ("CONSENT_TIMEOUT", "FORGED_REDIRECT"):
        journal.write(Journey(participant="", ending=ending, session="s", attempt=1))

    assert exercised_in(journal) == ("ending CONSENT_TIMEOUT", "event consent.received")


def test_a_wildcard_matches_only_events_of_permitted_datasets() -> None:
    """An app that requests balances only has no events about payees to test."""
    facts = Facts(uses_events=("consent.*", "banking.*"), datasets=("balances",))

    assert expected_of(facts) == ("event banking.balances.sync.completed", *CONSENTS, *EVERY_ENDING)


def test_events_of_energy_data_beside_bank_data_are_left_for_another_run() -> None:
    """A run tries banks or energy retailers."""
    events = ("banking.accounts.sync.completed", "energy.usage.sync.completed")

    assert expected_of(Facts(uses_events=events, datasets=("accounts", "usage")))[0] == f"event {events[0]}"
    assert f"event {events[1]}" not in expected_of(Facts(uses_events=events, datasets=("accounts", "usage")))
    assert f"event {events[1]}" in expected_of(Facts(uses_events=events, datasets=("usage",)))


def test_an_event_listed_by_name_is_always_expected() -> None:
    """The config names the event explicitly, so the requested datasets do not matter."""
    facts = Facts(uses_events=("energy.usage.sync.completed",))

    assert expected_of(facts)[0] == "event energy.usage.sync.completed"


def test_untested_flows_are_listed_in_order() -> None:
    """Untested events come first, then untested endings."""
    facts = Facts(uses_events=("consent.*",))

    missing = untested(facts, ("event consent.received", *EVERY_ENDING[1:]))

    assert missing == ("event consent.revoked", "event consent.updated", EVERY_ENDING[0])


def api_call(number: int, route: str, status: int | None, **more: Any) -> Exchange:
    """Build one API call of the app."""
    return Exchange(number=number, route=route, method="GET", path="/", status=status, **more)


def test_calls_leave_marks_of_responses_and_kinds_of_error() -> None:
    """A damaged response is a kind of error; cut calls and calls about end users of earlier scenarios leave no mark."""
    journal = Journal()
    for call in (
        api_call(1, "token", 200),
        api_call(2, "banking.accounts", 200, bites=("LimitData(after_bytes=9)",)),
        api_call(3, "banking.balances", 500),
        api_call(4, "banking.balances", None),
        api_call(5, "banking.payees", None, is_cut=True),
        api_call(6, "consents.list", 404, is_of_earlier_scenario=True),
        api_call(7, "consents.list", 429),
    ):
        journal.write(call)

    assert coverage_marks(journal) == (
        "called banking.accounts",
        "called banking.balances",
        "called consents.list",
        "called token",
        "endpoint token",
        "error 429",
        "error 5xx",
        "error damaged response",
        "error no response",
        "failed banking.accounts",
        "failed banking.balances",
        "failed consents.list",
    )


def test_an_app_that_calls_the_api_needs_good_responses_and_errors() -> None:
    """Without calls no errors are expected; an endpoint without one good response is untested."""
    facts = Facts(uses_events=("consent.received",))
    flows = ("event consent.received", *EVERY_ENDING)
    marks = ("called token", "called consents.list", "endpoint token", *(f"error {error}" for error in ERRORS[1:]))

    assert untested(facts, flows) == ()
    assert untested(facts, flows, marks) == ("endpoint consents.list", f"error {ERRORS[0]}")


def test_coverage_lists_what_was_not_exercised() -> None:
    """Coverage lists endpoints that never failed, although no failure is required, and other errors where they occurred."""
    facts = Facts(uses_events=("consent.received", "consent.revoked"))
    marks = ("called token", "endpoint token", "error 410", *(f"error {error}" for error in ERRORS))

    by_kind = {entry.kind: entry for entry in coverage(facts, ("event consent.received", *EVERY_ENDING[1:]), marks)}

    assert (by_kind["endpoints"].exercised, by_kind["endpoints"].untested) == (("token",), ())
    assert (by_kind["endpoints that failed"].exercised, by_kind["endpoints that failed"].untested) == ((), ("token",))
    assert by_kind["kinds of error"].exercised == tuple(sorted(("410", *ERRORS)))
    assert by_kind["events"].untested == ("consent.revoked",)
    assert by_kind["endings of a journey"].untested == (ENDINGS[0],)


def test_a_practice_measured_by_coverage_cannot_be_attested() -> None:
    """The error message states that coverage measures the practice."""
    day = datetime.date(2026, 1, 1)
    attestation = Attestation(practice="sandbox.all-flows", statement="We did.", owner="Ada", date=day, expires=day)

    with pytest.raises(ConfigError, match=r"experiments can test it \(what a run exercises\)"):
        check_statement(attestation, "attest", "the config")

    assert practice("sandbox.all-flows").is_measured
