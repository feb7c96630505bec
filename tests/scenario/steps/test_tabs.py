"""The steps of an end user with several tabs: two that open at once, and an earlier one that continues or has ended."""

from collections.abc import Callable

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import HookCall, Journal, Journey, Visit
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
    """Perform steps between a local Fiskil and the feed; return the journal, and the reason if a step failed."""
    driver = drive(feed_settings(request_deadline_s=30), given=feed)
    return lambda *sequence: driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()).check())


def endings(journal: Journal) -> list[tuple[int, str]]:
    return [(journey.attempt, journey.ending) for journey in journal.all(Journey)]


def test_an_earlier_attempt_is_cancelled_after_a_later_one(perform: Perform) -> None:
    """Each attempt has its own session, and the app gets both callbacks."""
    journal, crashed = perform(steps.CloseTab(at="code"), steps.Authorise(), steps.ReturnToTab(attempt=1))

    assert crashed == ""
    assert endings(journal) == [(1, "ABANDONED"), (2, "APPROVED"), (1, "AUTH_SESSION_CANCELLED")]
    assert [visit.page for visit in journal.all(Visit)] == ["callback", "cancelled"]
    first, second, third = journal.all(Journey)
    assert first.session == third.session != second.session


def test_an_earlier_attempt_is_completed(perform: Perform) -> None:
    """It continues from its last screen."""
    journal, crashed = perform(steps.CloseTab(at="accounts"), steps.CloseTab(), steps.ReturnToTab(attempt=1, then="confirm"))

    assert crashed == ""
    assert endings(journal)[-1] == (1, "APPROVED")


def test_a_tab_of_an_ended_journey_changes_nothing(perform: Perform, feed: Feed) -> None:
    """The page is opened, and no journey ends a second time."""
    journal, crashed = perform(steps.Cancel(), steps.ReturnToTab(attempt=1, then="confirm"))

    assert crashed == ""
    assert endings(journal) == [(1, "AUTH_SESSION_CANCELLED")]
    assert len(feed.visited) == 1


def test_an_attempt_that_was_not_made_is_refused(perform: Perform) -> None:
    """The report states how many attempts there were."""
    _, crashed = perform(steps.CloseTab(), steps.ReturnToTab(attempt=2))

    assert "There is no attempt 2: the end user has made 1 so far." in crashed


def test_attempts_count_from_one() -> None:
    """An invalid number is refused before anything runs."""
    with pytest.raises(ConfigError, match="attempt must be 1 or greater, got 0"):
        steps.ReturnToTab(attempt=0).check()


def test_two_tabs_at_once_have_a_consent_under_the_end_user_that_the_app_did_not_keep(perform: Perform, feed: Feed) -> None:
    """The feed creates an end user for each of two simultaneous requests, and keeps one of them."""
    slow = steps.InjectFault("*", faults.Latency(latency_ms=100), times=0)

    journal, crashed = perform(slow, steps.AuthoriseInTwoTabs(), steps.LiftFaults())

    assert crashed == ""
    (journey,) = journal.all(Journey)
    assert journey.ending == "APPROVED"
    assert journey.end_user_id not in feed.end_users.values()
    assert [start.status for start in journal.all(HookCall)] == [200, 200, 200]


@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_app_may_refuse_the_requests_of_other_tabs(perform: Perform, feed: Feed, position: int) -> None:
    """The journey continues in the only tab that has a session."""
    opened = feed.start_session
    turns = iter(range(3))
    feed.start_session = lambda values: opened(values) if next(turns) == position else "none"  # type: ignore[method-assign]

    journal, crashed = perform(steps.AuthoriseInTwoTabs())

    assert crashed == ""
    assert endings(journal) == [(1, "APPROVED")]


def test_an_app_that_opens_no_session_in_any_tab_fails_the_step(perform: Perform, feed: Feed) -> None:
    """The message is that of a journey in one tab."""
    feed.start_session = lambda _: "none"  # type: ignore[method-assign]

    _, crashed = perform(steps.AuthoriseInTwoTabs())

    assert "The auth session returned by the app was not created in this sandbox." in crashed
