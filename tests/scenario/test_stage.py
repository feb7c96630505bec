"""The stage: its waits for the app, and since when the app has unfinished work."""

from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness import faults, probes
from fiskil_harness.app import idle
from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Effects
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.webhooks import finishes_work
from fiskil_harness.runner.worker import PENDING_OF_OTHERS, Worker
from fiskil_harness.scenario import stage, steps
from fiskil_harness.scenario.scenario import Scenario
from tests.runner.notes import busy_note

MakeSettings = Callable[..., Settings]


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """End every wait after 50 ms, whether or not a busy machine pauses meanwhile."""
    monkeypatch.setattr(idle, "LIMIT_S", 0.05)
    monkeypatch.setattr(stage, "FULL_TIME_S", 0.05)
    monkeypatch.setattr(finishes_work, "MOST_PAUSED_S", inf)


@pytest.fixture
def play(tmp_path: Path, receiver_settings: MakeSettings) -> Iterator[Callable[..., Worker]]:
    """Start a worker with a flawed receiver."""
    workers: list[Worker] = []

    def start(flaw: str) -> Worker:
        workers.append(Worker(receiver_settings(FLAW=flaw), seed=7, folder=tmp_path / "worker"))
        return workers[-1]

    yield start
    for worker in workers:
        worker.close()


def scenario(*more: steps.AnyStep, name: str = "first") -> Scenario:
    """Return a scenario with one message, and further steps."""
    return Scenario(
        name=name,
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), *more),
        probes=(probes.LosesNothing(),),
    )


def keep_running(worker: Worker) -> None:
    """Treat the app as one that was started outside the harness, which cannot restart it."""
    worker.driver.app.process.can_restart = False


AGAIN = (steps.WaitUntilIdle(), steps.Sync(), steps.Deliver())


def test_each_wait_knows_its_place(play: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait at the end is the last one. After a restart of the app the scenario is disturbed, and the app can recover."""
    places: list[tuple[bool, bool, bool]] = []
    wait = idle.IdleWaits.wait

    def recorded(
        self: idle.IdleWaits, *arguments: Any, is_disturbed: bool, is_last: bool, can_recover: bool, **more: Any
    ) -> idle.IdleWait:
        places.append((is_disturbed, is_last, can_recover))
        return wait(self, *arguments, is_disturbed=is_disturbed, is_last=is_last, can_recover=can_recover, **more)

    monkeypatch.setattr(idle.IdleWaits, "wait", recorded)

    play("").play(scenario(steps.WaitUntilIdle(), steps.Restart()))

    assert places == [(False, False, True), (True, True, True)]


@pytest.mark.parametrize("step", [steps.InjectFault("connection", faults.Refuse()), steps.RevokeKey()], ids=["fault", "key"])
def test_no_app_can_recover_while_it_is_disturbed(
    play: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch, step: steps.AnyStep
) -> None:
    last: list[bool] = []
    wait = idle.IdleWaits.wait

    def recorded(self: idle.IdleWaits, *arguments: Any, can_recover: bool, **more: Any) -> idle.IdleWait:
        last.append(can_recover)
        return wait(self, *arguments, can_recover=can_recover, **more)

    monkeypatch.setattr(idle.IdleWaits, "wait", recorded)

    play("").play(scenario(step))

    assert not last[-1]


@pytest.mark.usefixtures("short_waits")
def test_an_app_that_became_idle_has_no_older_backlog(play: Callable[..., Worker]) -> None:
    """Unfinished work after that belongs to the present scenario."""
    driver = play("piles_between").start()
    driver.perform(scenario(*AGAIN))

    journal, _crashed = driver.perform(scenario(*AGAIN, name="second"))

    reports = [(effects.moment, effects.is_idle, effects.busy_since) for effects in journal.all(Effects)]
    assert reports == [("settled", True, ""), ("end", False, "")]


@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize("flaw", ["stuck", "piles_up"])
def test_findings_do_not_depend_on_earlier_unfinished_work(play: Callable[..., Worker], flaw: str) -> None:
    """Only the notes show which scenarios ran before on the same worker."""
    worker = play(flaw)
    keep_running(worker)
    worker.play(scenario(name="first"))

    again, other = worker.play(scenario(name="second")), worker.play(scenario(name="third"))

    assert [finding.observed for finding in again.outcome.findings if finding.verdict is Verdict.INCONCLUSIVE] == [
        "the app was still busy when the scenario ended: e0 consent.received was not processed"
    ]
    assert again.outcome.findings == other.outcome.findings
    assert again.measure.notes == (
        "the app has been busy since first, e0 consent.received",
        PENDING_OF_OTHERS,
        busy_note("second", pending=2 if flaw == "piles_up" else 1),
    )


@pytest.mark.usefixtures("short_waits")
def test_unfinished_work_is_attributed_to_its_first_scenario(play: Callable[..., Worker]) -> None:
    """Until the end of the run, entries name that scenario and its message."""
    worker = play("piles_up")
    keep_running(worker)
    driver = worker.start()
    driver.perform(scenario(*AGAIN))

    journal, _crashed = driver.perform(scenario(*AGAIN, name="second"))

    assert [effects.busy_since for effects in journal.all(Effects)] == ["first, e0 consent.received"] * 2


@pytest.mark.usefixtures("short_waits")
def test_a_stuck_message_affects_no_later_scenario_because_the_app_restarts_afresh(play: Callable[..., Worker]) -> None:
    """Its folder is empty then, except for its output."""
    worker = play("sticks_on_updates")
    stuck = worker.play(scenario(steps.TouchConsent(), steps.Deliver(), name="first"))
    later = worker.play(scenario(name="second"))

    assert stuck.outcome.verdict is Verdict.FAIL
    assert (later.outcome.verdict, later.measure.notes) == (Verdict.PASS, ())


@pytest.mark.usefixtures("short_waits")
def test_a_stuck_message_of_an_app_that_keeps_running_is_excluded_and_reported(play: Callable[..., Worker]) -> None:
    """Its `pending` counts the work for all end users."""
    worker = play("sticks_on_updates")
    keep_running(worker)
    stuck = worker.play(scenario(steps.TouchConsent(), steps.Deliver(), name="first"))
    later = [worker.play(scenario(name=name)) for name in ("second", "third")]

    assert stuck.outcome.verdict is Verdict.FAIL
    assert [played.outcome.verdict for played in later] == [Verdict.PASS] * 2
    assert later[0].measure.notes == (PENDING_OF_OTHERS,)
