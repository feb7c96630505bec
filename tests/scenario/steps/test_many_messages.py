"""The step that delivers more messages than an app can keep in a short memory."""

from collections.abc import Callable

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings

Drive = Callable[..., Driver]


class Backlogged(Feed):
    """A feed that reports a number of pending tasks."""

    pending: int | None = 0

    def effects(self, values: dict[str, str]) -> dict[str, object]:
        """Return the number."""
        return {"state": {}} if self.pending is None else {"state": {}, "pending": self.pending}


def deliver(drive: Drive, feed: Feed, step: steps.DeliverManyMessages) -> int:
    """Return the number of messages that the feed got."""
    journal: Journal
    given = Scenario(name="x", practices=(), steps=(steps.Authorise(), step), probes=())
    journal, crashed = drive(feed_settings(), given=feed).perform(given)
    assert crashed == ""
    return len(journal.all(Delivery))


def test_an_app_without_a_backlog_gets_every_message(drive: Drive) -> None:
    """It reports that it has processed the messages."""
    assert deliver(drive, Backlogged(), steps.DeliverManyMessages(most=420)) == 420


@pytest.mark.parametrize(("pending", "limit_s"), [(None, 9), (0, 0)])
def test_other_apps_get_300_messages(drive: Drive, pending: int | None, limit_s: float) -> None:
    """More would delay the scenario, or leave work behind."""
    feed = Backlogged()
    feed.pending = pending

    assert deliver(drive, feed, steps.DeliverManyMessages(most=420, limit_s=limit_s)) == 300


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (steps.DeliverManyMessages(most=299), "most must be from 300 to 100000, got 299"),
        (steps.DeliverManyMessages(limit_s=-1), "limit_s must be from 0 to 3600, got -1"),
    ],
)
def test_arguments_out_of_range_are_refused(step: steps.DeliverManyMessages, message: str) -> None:
    """Before a socket opens."""
    with pytest.raises(ConfigError, match=message):
        step.check()
