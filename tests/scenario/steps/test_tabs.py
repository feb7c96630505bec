"""Steps of somebody with several tabs: an earlier attempt goes on where it stood, or is seen to be over."""

from collections.abc import Callable

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Journal, Journey, Visit
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture
def feed() -> Feed:
    """The app."""
    return Feed()


@pytest.fixture
def perform(drive: Callable[..., Driver], feed: Feed) -> Perform:
    """Perform steps between a local Fiskil and the feed: the journal, and what kept them from their end."""
    driver = drive(feed_settings(request_deadline_s=5), given=feed)
    return lambda *given: driver.perform(Scenario(name="x", practices=(), steps=given, probes=()).check())


def endings(journal: Journal) -> list[tuple[int, str]]:
    return [(journey.attempt, journey.ending) for journey in journal.all(Journey)]


def test_an_earlier_attempt_is_cancelled_after_a_later_one(perform: Perform) -> None:
    """Each has its own session, and the app sees both ways back."""
    journal, crashed = perform(steps.CloseTab(at="code"), steps.Authorise(), steps.ReturnToTab(attempt=1))

    assert crashed == ""
    assert endings(journal) == [(1, "ABANDONED"), (2, "APPROVED"), (1, "AUTH_SESSION_CANCELLED")]
    assert [visit.page for visit in journal.all(Visit)] == ["callback", "cancelled"]
    first, second, third = journal.all(Journey)
    assert first.session == third.session != second.session


def test_an_earlier_attempt_is_walked_to_its_end(perform: Perform) -> None:
    """From the screen where it stood."""
    journal, crashed = perform(steps.CloseTab(at="accounts"), steps.CloseTab(), steps.ReturnToTab(attempt=1, then="confirm"))

    assert crashed == ""
    assert endings(journal)[-1] == (1, "APPROVED")


def test_a_tab_whose_journey_is_over_changes_nothing(perform: Perform, feed: Feed) -> None:
    """The page says so; no journey ends a second time."""
    journal, crashed = perform(steps.Cancel(), steps.ReturnToTab(attempt=1, then="confirm"))

    assert crashed == ""
    assert endings(journal) == [(1, "AUTH_SESSION_CANCELLED")]
    assert len(feed.visited) == 1


def test_a_tab_that_never_was_is_not_gone_back_to(perform: Perform) -> None:
    """The report says so."""
    _, crashed = perform(steps.CloseTab(), steps.ReturnToTab(attempt=2))

    assert "There is no attempt 2 to go back to" in crashed


def test_attempts_count_from_one() -> None:
    """What cannot be meant is refused before anything runs."""
    with pytest.raises(ConfigError, match="attempt counts from 1, got 0"):
        steps.ReturnToTab(attempt=0).check()
