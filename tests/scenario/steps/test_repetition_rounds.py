"""The step that repeats messages while nothing else happens, each time after a control period."""

from collections.abc import Callable

from fiskil_harness.journal import Delivery, RepetitionRound
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings
from tests.scenario.steps.conftest import Perform

Drive = Callable[..., Driver]
STEPS = (steps.Authorise(), steps.Deliver(), steps.RepeatWhileIdle())


def test_each_acknowledged_message_is_repeated_once_if_nothing_follows(perform: Perform) -> None:
    """One round is enough for an app that does not react."""
    journal, crashed = perform(*STEPS)

    (only,) = journal.all(RepetitionRound)
    assert crashed == ""
    assert [(delivery.event, delivery.attempt) for delivery in journal.all(Delivery)] == [("e0", 1), ("e0", 2)]
    assert only.messages == 1
    assert only.began_s < only.repeated_s < only.at_s


class Counting(Feed):
    """A feed whose state changes with every delivery."""

    def effects(self, values: dict[str, str]) -> object:
        """Return the number of deliveries."""
        return {"state": {"deliveries": self.deliveries}, "pending": 0}


def test_the_rounds_continue_while_the_state_changes(drive: Drive) -> None:
    """Three rounds show that the change follows from the repetitions."""
    driver = drive(feed_settings(), given=Counting())

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=STEPS, probes=()))

    assert crashed == ""
    assert len(journal.all(RepetitionRound)) == 3
