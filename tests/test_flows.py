"""Flows: what a run exercised, held against what the app's team says it uses."""

import datetime

import pytest

from harness.errors import ConfigError
from harness.flows import ENDINGS, exercised_in, expected_of, untested
from harness.journal import Delivery, EventSeen, Journal, Journey
from harness.practices import practice
from harness.settings import Attestation, Facts
from harness.standings import check_statement

CONSENTS = ("event consent.received", "event consent.revoked", "event consent.updated")
EVERY_ENDING = tuple(f"ending {one}" for one in ENDINGS)


def test_what_was_acknowledged_and_how_journeys_ended_is_exercised() -> None:
    """A refused delivery is not, nor an ending that is none of a journey's."""
    journal = Journal()
    for number, (kind, outcome) in enumerate((("consent.received", "ack"), ("consent.revoked", "refuse"))):
        common = {"event": f"e{number}", "message_id": str(number), "participant": ""}
        journal.write(EventSeen(kind=kind, publish_time="2026-01-01T00:00:00Z", **common))
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


def test_nobody_can_attest_what_a_run_can_tell() -> None:
    """The words say by what."""
    day = datetime.date(2026, 1, 1)
    claim = Attestation(practice="sandbox.all-flows", statement="We did.", owner="Ada", date=day, expires=day)

    with pytest.raises(ConfigError, match=r"experiments can tell \(what a run exercises\)"):
        check_statement(claim, "attest", "the config")

    assert practice("sandbox.all-flows").is_measured
