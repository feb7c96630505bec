"""Steps of a browser that returns again, as another end user, too early or never: the requests that the app gets."""

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
    """Perform steps between a local Fiskil and the feed; return the journal, and the reason if a step failed."""
    driver = drive(feed_settings(request_deadline_s=30), given=feed)

    def run(*sequence: steps.AnyStep) -> tuple[Journal, str]:
        return driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()).check())

    return run


def test_a_browser_returns_again(perform: Perform, feed: Feed) -> None:
    """It opens the same URL, and both pages are recorded in the same way."""
    journal, crashed = perform(steps.Authorise(), steps.ReturnAgain())

    assert crashed == ""
    assert len(feed.visited) == 2
    assert len(set(feed.visited)) == 1
    assert [visit.page for visit in journal.all(Visit)] == ["callback", "callback"]


def test_a_browser_returns_as_another_end_user(perform: Perform, feed: Feed) -> None:
    """It returns with the session of the other end user, while its own is open."""
    journal, crashed = perform(
        steps.Authorise(twin="a"), steps.CloseTab(at="login", twin="b"), steps.ReturnAsOtherEndUser(of="a", twin="b")
    )

    assert crashed == ""
    assert len(set(feed.visited)) == 1
    assert [visit.participant for visit in journal.all(Visit)] == ["a", "b"]


def test_a_browser_returns_without_a_consent(perform: Perform, feed: Feed) -> None:
    """The URL names the open session and looks like that of a consent; there is no consent and no event."""
    journal, crashed = perform(steps.ReturnWithoutConsent())

    assert crashed == ""
    (address,) = feed.visited
    (journey,) = journal.all(Journey)
    assert urlsplit(address).path == "/thanks"
    assert parse_qs(urlsplit(address).query)["session_id"] == [journey.session]
    assert journey.ending == "FORGED_REDIRECT"
    assert journal.all(EventCreated) == []


def test_a_consent_has_no_callback(perform: Perform, feed: Feed) -> None:
    """The event is created, and the app's page is never requested."""
    journal, crashed = perform(steps.AuthoriseWithoutCallback())

    assert crashed == ""
    assert feed.visited == []
    assert [event.kind for event in journal.all(EventCreated)] == ["consent.received"]
    assert [journey.ending for journey in journal.all(Journey)] == ["APPROVED"]


def test_a_browser_cannot_return_before_a_redirect(perform: Perform) -> None:
    """There is no URL yet, and the report states that."""
    _, crashed = perform(steps.ReturnAgain())

    assert "has not been redirected to the app yet" in crashed


def test_a_browser_returns_after_the_event(perform: Perform, feed: Feed) -> None:
    """The event is acknowledged before the page is requested."""
    journal, crashed = perform(steps.AuthoriseWithoutCallback(), steps.Deliver(), steps.ReturnLate())

    assert crashed == ""
    assert feed.deliveries == 1
    assert [urlsplit(address).path for address in feed.visited] == ["/thanks"]
    assert [visit.page for visit in journal.all(Visit)] == ["callback"]


def test_a_browser_cannot_return_from_an_open_journey(perform: Perform) -> None:
    """The journey has not ended yet, and the report states that."""
    _, crashed = perform(steps.CloseTab(), steps.ReturnLate())

    assert "No journey of the end user has ended yet" in crashed
