"""Steps that act on the app's process: leave it idle, wait for it, kill it and start it again."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.config import Settings, parse
from fiskil_harness.errors import UsageError
from fiskil_harness.journal import Delivery, Effects, FailureReplaced, FaultSet, Idle, Limits, ProcessChanged
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import Step
from tests.apps.feed import Feed, feed_settings

Drive = Callable[..., Driver]
MakeSettings = Callable[..., Settings]


IDLE_AFTER_CALL = steps.StayIdle(seconds=0.1, after_call="token")


class FailingFeed(Feed):
    """A feed that accepts requests to fail."""

    def fail(self, values: dict[str, str]) -> None:
        """Accept the request."""


class BatchFeed(Feed):
    """A feed that calls the API some time after a delivery."""

    def receive(self, body: bytes) -> None:
        """Start a batch."""
        super().receive(body)
        threading.Timer(0.3, self._call, ("GET", "/v1/end-users")).start()


class LoopingFeed(Feed):
    """A feed that calls the API forty times in a row after a delivery."""

    def receive(self, body: bytes) -> None:
        """Start the loop."""
        super().receive(body)
        threading.Thread(target=self._loop).start()

    def _loop(self) -> None:
        for _ in range(40):
            self._call("GET", "/v1/end-users")


def scenario(*sequence: steps.AnyStep) -> Scenario:
    return Scenario(name="x", practices=(), steps=sequence, probes=())


@pytest.mark.parametrize(("step", "seconds"), [(steps.StayIdle(), 0.1), (steps.StayIdle(seconds=0.2), 0.2)])
def test_an_idle_period_has_the_requested_length(drive: Drive, step: steps.StayIdle, seconds: float) -> None:
    """The step defines the length, or else the config."""
    driver = drive(feed_settings(idle_s=0.1), given=Feed())

    journal, _ = driver.perform(scenario(steps.Authorise(), step))

    (idle,) = journal.all(Idle)
    (end,) = journal.all(Effects)
    assert idle.seconds == seconds
    assert end.at_s - idle.at_s >= seconds


def test_an_idle_period_can_wait_for_a_late_call(drive: Drive) -> None:
    """The period begins once the app has made the call, so what the app does afterwards is observed in it."""
    driver = drive(feed_settings(fresh_s=10), given=BatchFeed())

    journal, _ = driver.perform(
        scenario(steps.Authorise(), steps.Deliver(), steps.StayIdle(seconds=0.1, after_call="token"))
    )

    (idle,) = journal.all(Idle)
    batched_s = [call.at_s for call in calls(journal, "token") if call.at_s > journal.all(Delivery)[-1].at_s]
    assert batched_s
    assert min(batched_s) <= idle.at_s < min(batched_s) + 10


def test_an_idle_period_can_last_until_a_loop_of_calls_ends(drive: Drive) -> None:
    """On a busy machine, a loop would otherwise make few calls in it."""
    driver = drive(feed_settings(), given=LoopingFeed())
    step = steps.StayIdle(seconds=0.001, longer_s=30)

    journal, _ = driver.perform(scenario(steps.Authorise(), steps.Deliver(), step, steps.Advance(seconds=1)))

    assert len([call for call in calls(journal, "end_users.list") if call.step == 2]) > 20


def test_an_idle_period_waits_no_longer_than_the_app_may_take(drive: Drive) -> None:
    """An app that makes no such call costs ``app.limits.fresh_s``."""
    driver = drive(feed_settings(fresh_s=0.2), given=Feed())

    journal, _ = driver.perform(
        scenario(steps.Authorise(), steps.Deliver(), steps.StayIdle(seconds=0.1, after_call="token"))
    )

    (idle,) = journal.all(Idle)
    assert idle.at_s - journal.all(Delivery)[-1].at_s >= 0.2


def test_an_idle_period_waits_for_known_routes_only() -> None:
    """A typing error is found before anything runs."""
    with pytest.raises(UsageError, match="tokens"):
        steps.StayIdle(after_call="tokens").check()


def test_a_period_without_repeated_reads_is_not_extended(drive: Drive) -> None:
    """An app that does not poll costs only the period itself."""
    driver = drive(feed_settings(), given=Feed())

    journal, _ = driver.perform(scenario(steps.Authorise(), steps.WatchForPolling(seconds=0.1)))

    assert [idle.seconds for idle in journal.all(Idle)] == [0.1]


def test_waiting_records_the_effects(drive: Drive) -> None:
    """The effects of every participant are recorded once the app is idle."""
    driver = drive(feed_settings(), given=Feed())

    journal, _ = driver.perform(scenario(steps.Authorise(), steps.Authorise(twin="b"), steps.WaitUntilIdle()))

    settled = [effects for effects in journal.all(Effects) if effects.moment == "settled"]
    assert [(effects.participant, effects.is_idle) for effects in settled] == [("", True), ("b", True)]


def test_waiting_without_effects_waits_for_the_proxy(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Nothing is recorded, and no step fails."""
    driver = drive(receiver_settings(app={"observe": {}}))

    journal, crashed = driver.perform(scenario(steps.Authorise(), steps.WaitUntilIdle()))

    assert (crashed, journal.all(Effects)) == ("", [])


def test_a_restart_is_a_kill_and_a_start(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Both are recorded."""
    journal, crashed = drive(receiver_settings()).perform(scenario(steps.Restart()))

    assert not crashed
    assert [started.change for started in journal.all(ProcessChanged)] == ["found", "kill", "restart"]


def test_a_requested_failure_comes_after_a_snapshot(drive: Drive) -> None:
    """A probe compares later reports with it to see whether the app failed."""
    driver = drive(feed_settings(), given=FailingFeed())

    journal, _ = driver.perform(scenario(steps.Authorise(), steps.FailNext(at="midway")))

    assert [effects.moment for effects in journal.all(Effects)] == ["before_failure", "end"]


def test_an_api_failure_replaces_a_requested_failure(drive: Drive) -> None:
    """Calls about the participant fail for a while; the app need not make any, so nothing is incomplete."""
    driver = drive(feed_settings(), given=Feed())
    step = steps.FailNext(at="midway", otherwise="api")

    journal, crashed = driver.perform(scenario(steps.Authorise(), step, steps.Refresh()))

    assert (step.needs, crashed, [replaced.by for replaced in journal.all(FailureReplaced)]) == ((), "", ["api"])
    assert {call.status for call in calls(journal) if call.bites} == {503}
    assert journal.all(FaultSet) == []


def test_forgeries_replace_a_requested_failure(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Three forged messages are sent."""
    driver = drive(receiver_settings())

    journal, _ = driver.perform(scenario(steps.Authorise(), steps.FailNext(at="database", otherwise="forgeries")))

    assert [delivery.kind for delivery in journal.all(Delivery)] == ["forged"] * 3


def test_without_a_replacement_the_hook_is_needed() -> None:
    """The scenario then does not apply to an app without the hook."""
    assert steps.FailNext(at="midway").needs == ("app.drive.fail",)


def test_undeclared_limits_are_assumed(drive: Drive) -> None:
    """The journal names the limits that the config does not declare."""
    journal, _ = drive(feed_settings(idle_s=0.1, fresh_s=1), given=Feed()).perform(scenario())

    (limits,) = journal.all(Limits)
    assert limits.assumed == ("call_deadline_s", "request_deadline_s", "ack_s", "alert_s")


def test_an_app_can_stay_down(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Between kill and start, every attempt fails."""
    sequence = (steps.Authorise(), steps.KillApp(), steps.DeliverOne("e0"), steps.StartApp(), steps.Retry("e0"))

    journal, crashed = drive(receiver_settings()).perform(scenario(*sequence))

    assert not crashed
    assert [started.change for started in journal.all(ProcessChanged)] == ["found", "kill", "restart"]
    assert [(delivery.outcome, delivery.problem) for delivery in journal.all(Delivery)] == [
        ("indeterminate", "connection refused"),
        ("ack", ""),
    ]


def test_an_app_with_one_process_is_restarted(drive: Drive, receiver_settings: MakeSettings) -> None:
    """A killed worker is then the whole app."""
    journal, crashed = drive(receiver_settings()).perform(scenario(steps.KillWorker()))

    assert not crashed
    assert [started.change for started in journal.all(ProcessChanged)] == ["found", "kill", "restart"]


FRAGILE_APP = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

starts = Path(sys.argv[2], "starts")
earlier = int(starts.read_text()) if starts.exists() else 0
starts.write_text(str(earlier + 1))
if 0 < earlier <= int(sys.argv[3]):
    sys.exit("the last run did not end")
HTTPServer(("127.0.0.1", int(sys.argv[1])), BaseHTTPRequestHandler).serve_forever()
"""


class Hurry(Step, frozen=True, kw_only=True, tag="hurry"):
    """The app may take only a tenth of a second from now on until it starts."""

    def perform(self, stage: Any) -> None:
        """Change the settings of this scenario."""
        app = msgspec.structs.replace(stage.settings.app, ready_s=0.1)
        stage.settings = msgspec.structs.replace(stage.settings, app=app)


def fragile(drive: Drive, folder: Path, *, refusals: int) -> Driver:
    """Return the driver of an app that exits at its first starts after a kill, *refusals* times."""
    (folder / "fragile.py").write_text(FRAGILE_APP)
    command = f"{{python}} fragile.py {{port}} {{workdir}} {refusals}"
    return drive(parse({"app": {"command": command}}, folder=folder))


def test_an_app_that_exits_at_each_start_after_a_kill_is_recorded(drive: Drive, tmp_path: Path) -> None:
    """It left something behind that its start cannot read."""
    journal, crashed = fragile(drive, tmp_path, refusals=99).perform(scenario(Hurry(), steps.Restart()))

    assert "The app exited with 1." in crashed
    assert [started.change for started in journal.all(ProcessChanged)] == ["found", "kill", "refusal"]


def test_an_app_that_exits_once_after_a_kill_is_started_again(drive: Drive, tmp_path: Path) -> None:
    """A supervisor would start it again, for example until a lock is free."""
    journal, crashed = fragile(drive, tmp_path, refusals=1).perform(scenario(steps.Restart()))

    assert crashed == ""
    assert [started.change for started in journal.all(ProcessChanged)] == ["found", "kill", "restart"]
