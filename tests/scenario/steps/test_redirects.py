"""Steps of a browser that comes back again, as somebody else, too early or never: what the app gets to see of each."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from fiskil_harness.journal import EventCreated, Journal, Journey, Visit
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings

Drive = Callable[..., Driver]
Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture
def feed() -> Feed:
    """The app."""
    return Feed()


@pytest.fixture
def perform(drive: Drive, feed: Feed) -> Perform:
    """Perform steps between a local Fiskil and the feed: the journal, and what kept them from their end."""
    driver = drive(feed_settings(request_deadline_s=5), given=feed)

    def run(*given: steps.AnyStep) -> tuple[Journal, str]:
        return driver.perform(Scenario(name="x", practices=(), steps=given, probes=()).check())

    return run


def test_a_browser_comes_back_again(perform: Perform, feed: Feed) -> None:
    """To the very same address, and the page is written down as the first one was."""
    journal, crashed = perform(steps.Authorise(), steps.ReturnAgain())

    assert crashed == ""
    assert len(feed.visited) == 2
    assert len(set(feed.visited)) == 1
    assert [visit.page for visit in journal.all(Visit)] == ["callback", "callback"]


def test_a_browser_comes_back_as_somebody_else(perform: Perform, feed: Feed) -> None:
    """With the other one's session, while its own is open."""
    journal, crashed = perform(
        steps.Authorise(twin="a"), steps.CloseTab(at="login", twin="b"), steps.ReturnAsOtherEndUser(of="a", twin="b")
    )

    assert crashed == ""
    assert len(set(feed.visited)) == 1
    assert [visit.participant for visit in journal.all(Visit)] == ["a", "b"]


def test_a_browser_claims_a_success(perform: Perform, feed: Feed) -> None:
    """The address names the open session and looks like that of a consent; there is none, and nothing is told."""
    journal, crashed = perform(steps.ReturnWithoutConsent())

    assert crashed == ""
    (address,) = feed.visited
    (journey,) = journal.all(Journey)
    assert urlsplit(address).path == "/thanks"
    assert parse_qs(urlsplit(address).query)["session_id"] == [journey.session]
    assert journey.ending == "CLAIMED"
    assert journal.all(EventCreated) == []


def test_a_consent_that_no_browser_tells_of(perform: Perform, feed: Feed) -> None:
    """The event is told, and the app's page is never asked for."""
    journal, crashed = perform(steps.AuthoriseWithoutCallback())

    assert crashed == ""
    assert feed.visited == []
    assert [event.kind for event in journal.all(EventCreated)] == ["consent.received"]
    assert [journey.ending for journey in journal.all(Journey)] == ["APPROVED"]


def test_nobody_comes_back_before_they_were_away(perform: Perform) -> None:
    """There is no address yet, and the report says so."""
    _, crashed = perform(steps.ReturnAgain())

    assert "has not been sent back anywhere yet" in crashed


def test_a_browser_comes_back_long_after_the_event(perform: Perform, feed: Feed) -> None:
    """The event is acknowledged before the page is asked for."""
    journal, crashed = perform(steps.AuthoriseWithoutCallback(), steps.Deliver(), steps.ReturnLate())

    assert crashed == ""
    assert feed.deliveries == 1
    assert [urlsplit(address).path for address in feed.visited] == ["/thanks"]
    assert [visit.page for visit in journal.all(Visit)] == ["callback"]


def test_nobody_comes_back_late_from_a_journey_that_goes_on(perform: Perform) -> None:
    """It has no end yet, and the report says so."""
    _, crashed = perform(steps.CloseTab(), steps.ReturnLate())

    assert "No journey has come to its end" in crashed
