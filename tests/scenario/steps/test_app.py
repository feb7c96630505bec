"""Steps of the app's process: left alone, given time, killed and started again."""

from collections.abc import Callable

import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Delivery, Effects, Idle, Limits, Started
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings

Drive = Callable[..., Driver]
MakeSettings = Callable[..., Settings]


class Obedient(Feed):
    """Takes orders to fail."""

    def fail(self, values: dict[str, str]) -> None:
        """Nod."""


def scenario(*given: steps.AnyStep) -> Scenario:
    return Scenario(name="x", practices=(), steps=given, probes=())


@pytest.mark.parametrize(("step", "seconds"), [(steps.StayIdle(), 0.1), (steps.StayIdle(seconds=0.2), 0.2)])
def test_an_idle_stretch_is_as_long_as_asked(drive: Drive, step: steps.StayIdle, seconds: float) -> None:
    """As long as the step says, or as the config does."""
    driver = drive(feed_settings(idle_s=0.1), given=Feed())

    journal, _ = driver.perform(scenario(steps.Authorise(), step))

    (idle,) = journal.all(Idle)
    (end,) = journal.all(Effects)
    assert idle.seconds == seconds
    assert end.at_s - idle.at_s >= seconds


def test_settling_notes_what_the_app_tells(drive: Drive) -> None:
    """Every participant is looked at once the app is quiescent."""
    driver = drive(feed_settings(), given=Feed())

    journal, _ = driver.perform(scenario(steps.Authorise(), steps.Authorise(twin="b"), steps.WaitUntilIdle()))

    settled = [effects for effects in journal.all(Effects) if effects.moment == "settled"]
    assert [(effects.participant, effects.is_idle) for effects in settled] == [("", True), ("b", True)]


def test_settling_without_effects_waits_for_a_quiet_link(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Nothing is told, and nothing is wrong with that."""
    driver = drive(receiver_settings(app={"observe": {}}))

    journal, crashed = driver.perform(scenario(steps.Authorise(), steps.WaitUntilIdle()))

    assert (crashed, journal.all(Effects)) == ("", [])


def test_a_restart_is_a_kill_and_a_start(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Both are written down."""
    journal, crashed = drive(receiver_settings()).perform(scenario(steps.Restart()))

    assert not crashed
    assert [started.how for started in journal.all(Started)] == ["found", "kill", "restart"]


def test_an_order_to_fail_comes_after_a_look(drive: Drive) -> None:
    """What the app tells right before is what its failing is measured by."""
    driver = drive(feed_settings(), given=Obedient())

    journal, _ = driver.perform(scenario(steps.Authorise(), steps.FailNext(at="midway")))

    assert [effects.moment for effects in journal.all(Effects)] == ["ordered", "end"]


def test_limits_that_nobody_promised_are_assumed(drive: Drive) -> None:
    """The journal says which bounds the config gives itself."""
    journal, _ = drive(feed_settings(idle_s=0.1, fresh_s=1), given=Feed()).perform(scenario())

    (limits,) = journal.all(Limits)
    assert limits.assumed == ("call_deadline_s", "request_deadline_s", "ack_s", "alert_s")


def test_an_app_can_stay_away(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Between its death and its start nobody answers, so every attempt fails."""
    given = (steps.Authorise(), steps.KillApp(), steps.DeliverOne("e0"), steps.StartApp(), steps.Retry("e0"))

    journal, crashed = drive(receiver_settings()).perform(scenario(*given))

    assert not crashed
    assert [started.how for started in journal.all(Started)] == ["found", "kill", "restart"]
    assert [(delivery.outcome, delivery.trouble) for delivery in journal.all(Delivery)] == [
        ("indeterminate", "connection refused"),
        ("ack", ""),
    ]


def test_an_app_of_one_process_is_its_own_worker(drive: Drive, receiver_settings: MakeSettings) -> None:
    """So it is killed and started again."""
    journal, crashed = drive(receiver_settings()).perform(scenario(steps.KillWorker()))

    assert not crashed
    assert [started.how for started in journal.all(Started)] == ["found", "kill", "restart"]
