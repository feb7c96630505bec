"""Flows: what a run exercised, held against what the app's team says it uses."""

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


def test_what_was_acknowledged_and_how_journeys_ended_is_exercised() -> None:
    """A refused delivery is not, nor an ending that is none of a journey's."""
    journal = Journal()
    for number, (kind, outcome) in enumerate((("consent.received", "ack"), ("consent.revoked", "refuse"))):
        common = {"event": f"e{number}", "message_id": str(number), "participant": ""}
        journal.write(EventCreated(kind=kind, publish_time="2026-01-01T00:00:00Z", **common))
        journal.write(Delivery(attempt=1, outcome=outcome, **common))
    for ending in ("CONSENT_TIMEOUT", "CLAIMED"):
        journal.write(Journey(participant="", ending=ending, session="s", attempt=1))

    assert exercised_in(journal) == ("ending CONSENT_TIMEOUT", "event consent.received")


def test_a_wildcard_stands_for_what_end_users_are_asked_for() -> None:
    """Nobody can test the payees of an app that asks for balances alone."""
    facts = Facts(uses_events=("consent.*", "banking.*"), datasets=("balances",))

    assert expected_of(facts) == ("event banking.balances.sync.completed", *CONSENTS, *EVERY_ENDING)


def test_an_event_by_its_name_is_expected_whatever_is_asked_for() -> None:
    """Its team says that it is used."""
    facts = Facts(uses_events=("energy.usage.sync.completed",))

    assert expected_of(facts)[0] == "event energy.usage.sync.completed"


def test_what_is_left_is_named_in_order() -> None:
    """Events first, then endings."""
    facts = Facts(uses_events=("consent.*",))

    left = untested(facts, ("event consent.received", *EVERY_ENDING[1:]))

    assert left == ("event consent.revoked", "event consent.updated", EVERY_ENDING[0])


def called(number: int, route: str, status: int | None, **more: Any) -> Exchange:
    """A call of the app."""
    return Exchange(number=number, route=route, method="GET", path="/", status=status, **more)


def test_calls_come_to_answers_and_kinds_of_error() -> None:
    """A damaged answer is an error of its kind; what we cut, and what is about earlier end users, counts for nothing."""
    journal = Journal()
    for call in (
        called(1, "token", 200),
        called(2, "banking.accounts", 200, bites=("LimitData(after_bytes=9)",)),
        called(3, "banking.balances", 503),
        called(4, "banking.balances", None),
        called(5, "banking.payees", None, is_cut=True),
        called(6, "consents.list", 404, is_stray=True),
        called(7, "consents.list", 429),
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
        "error damaged answer",
        "error no answer",
        "failed banking.accounts",
        "failed banking.balances",
        "failed consents.list",
    )


def test_an_app_that_calls_must_have_met_answers_and_errors() -> None:
    """One that calls nothing can meet none; an endpoint that never answered well is not exercised."""
    facts = Facts(uses_events=("consent.received",))
    done = ("event consent.received", *EVERY_ENDING)
    met = ("called token", "called consents.list", "endpoint token", *(f"error {error}" for error in ERRORS[1:]))

    assert untested(facts, done) == ()
    assert untested(facts, done, met) == ("endpoint consents.list", f"error {ERRORS[0]}")


def test_coverage_lists_what_was_not_exercised() -> None:
    """By kind; an endpoint that never failed is told, though nothing demands it. Other errors are told where met."""
    facts = Facts(uses_events=("consent.received", "consent.revoked"))
    met = ("called token", "endpoint token", "error 410", *(f"error {error}" for error in ERRORS))

    told = {
        each_coverage.kind: each_coverage
        for each_coverage in coverage(facts, ("event consent.received", *EVERY_ENDING[1:]), met)
    }

    assert (told["endpoints"].exercised, told["endpoints"].untested) == (("token",), ())
    assert (told["endpoints that failed"].exercised, told["endpoints that failed"].untested) == ((), ("token",))
    assert told["kinds of error"].exercised == tuple(sorted(("410", *ERRORS)))
    assert told["events"].untested == ("consent.revoked",)
    assert told["endings of a journey"].untested == (ENDINGS[0],)


def test_nobody_can_attest_what_a_run_can_tell() -> None:
    """The words say by what."""
    day = datetime.date(2026, 1, 1)
    claim = Attestation(practice="sandbox.all-flows", statement="We did.", owner="Ada", date=day, expires=day)

    with pytest.raises(ConfigError, match=r"experiments can test it \(what a run exercises\)"):
        check_statement(claim, "attest", "the config")

    assert practice("sandbox.all-flows").is_measured
