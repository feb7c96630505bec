"""Steps behind the consent page's back: what the app's callback is sent, and what is left of a deleted end user."""

from collections.abc import Callable

import pytest
from apps.feed import Feed, feed_settings

from harness import steps
from harness.driver import Driver
from harness.errors import ConfigError
from harness.journal import EventSeen, Journal, Journey, Visit
from harness.scenario import Scenario

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture
def feed() -> Feed:
    """The app."""
    return Feed()


@pytest.fixture
def driver(drive: Callable[..., Driver], feed: Feed) -> Driver:
    """A driver in front of it."""
    return drive(feed_settings(request_deadline_s=5), given=feed)


@pytest.fixture
def perform(driver: Driver) -> Perform:
    """Perform steps; the journal, and what went wrong."""
    return lambda *given: driver.perform(Scenario(name="x", practices=(), steps=given, probes=()).check())


def test_a_callback_comes_twice(perform: Perform, feed: Feed) -> None:
    """The same session a second time, and both pages are written down."""
    journal, crashed = perform(steps.Authorise(), steps.ForgeCallback())

    assert not crashed
    first, second = (one for one in feed.visited if one.startswith("/thanks"))
    assert first == second == f"/thanks?session_id={journal.all(Journey)[0].session}"
    assert [(one.page, one.status) for one in journal.all(Visit)] == [("callback", 200)] * 2


def test_a_callback_lies(perform: Perform, feed: Feed) -> None:
    """The browser says success, and there is no consent."""
    journal, crashed = perform(steps.Leave(at="confirm"), steps.ForgeCallback())

    assert not crashed
    assert [one for one in feed.visited if one.startswith("/thanks")] == [
        f"/thanks?session_id={journal.all(Journey)[0].session}"
    ]
    assert journal.all(EventSeen) == []


def test_a_callback_is_somebody_else_s(perform: Perform, feed: Feed) -> None:
    """The browser of one end user carries the other's session."""
    journal, crashed = perform(steps.Leave(), steps.Authorise(twin="other"), steps.ForgeCallback(session="other"))

    assert not crashed
    own, other = (one.session for one in journal.all(Journey))
    assert feed.visited[-1] == f"/thanks?session_id={other}" != f"/thanks?session_id={own}"
    assert journal.all(Visit)[-1].participant == ""


def test_a_callback_is_made_up(perform: Perform, feed: Feed) -> None:
    """Nobody ever had the session."""
    journal, crashed = perform(steps.Leave(), steps.ForgeCallback(session="made_up"))

    assert not crashed
    assert feed.visited[-1].startswith("/thanks?session_id=")
    assert journal.all(Journey)[0].session not in feed.visited[-1]


def test_there_is_nothing_to_forge_without_a_journey(perform: Perform) -> None:
    """The step says what must come before."""
    _, crashed = perform(steps.ForgeCallback())

    assert crashed.endswith("The end user has no auth session of the app's; let a journey begin before.")


def test_sessions_that_there_are_not_are_refused() -> None:
    """Before anything starts, with the nearest word."""
    with pytest.raises(ConfigError, match=r"no session 'others'\. Did you mean 'other'"):
        steps.ForgeCallback(session="others").check()  # type: ignore[arg-type]


def test_a_deleted_end_user_is_gone(perform: Perform, driver: Driver) -> None:
    """Their consent ends and is told, and there is nobody to consent again."""
    journal, crashed = perform(steps.Authorise(), steps.DeleteEndUser(), steps.DeleteEndUser())

    assert [one.kind for one in journal.all(EventSeen)] == ["consent.received", "consent.revoked"]
    assert crashed.endswith("The end user has been deleted; nothing more can become of them.")
