"""The stage: how long it waits for an app, and since when the app has unfinished work."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness import probes
from fiskil_harness.app.effects import IdleWait, wait_until_idle
from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Effects
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario import stage, steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage

MakeSettings = Callable[..., Settings]


class Waits:
    """Ends every wait after 50 ms, and records its moment and the patience that it would have had."""

    def __init__(self) -> None:
        self.patience_s: list[tuple[str, float]] = []
        self.moment = ""

    def __call__(self, *arguments: Any, cap_s: float, backlog: Any, **more: Any) -> IdleWait:
        """Wait for 50 ms."""
        self.patience_s.append((self.moment, backlog.patience_s(cap_s)))
        return wait_until_idle(*arguments, cap_s=0.05, backlog=backlog, **more)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Record every wait of the stage."""
    recorded, snapshot = Waits(), Stage.snapshot

    def snapshot_with_moment(self: Stage, moment: str, *arguments: Any, **more: Any) -> Any:
        recorded.moment = moment
        return snapshot(self, moment, *arguments, **more)

    monkeypatch.setattr(stage, "wait_until_idle", recorded)
    monkeypatch.setattr(Stage, "snapshot", snapshot_with_moment)
    return recorded


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


AGAIN = (steps.WaitUntilIdle(), steps.Sync(), steps.Deliver())


def test_the_last_wait_has_the_full_limit(play: Callable[..., Worker], waits: Waits) -> None:
    """Earlier stuck waits of the same scenario do not shorten it."""
    play("piles_up").play(scenario(*AGAIN, *AGAIN, *AGAIN))

    assert waits.patience_s == [("settled", 10), ("settled", 10), ("settled", 5), ("end", 10)]


def test_each_scenario_counts_once_for_the_patience(play: Callable[..., Worker], waits: Waits) -> None:
    """Two scenarios have the full limit, however often they waited; the patience is never less than two seconds."""
    worker = play("piles_up")

    for _ in range(6):
        worker.play(scenario(*AGAIN))

    assert [patience_s for moment, patience_s in waits.patience_s if moment == "end"] == [10, 10, 5, 2.5, 2, 2]


@pytest.mark.usefixtures("waits")
def test_an_app_that_became_idle_has_no_older_backlog(play: Callable[..., Worker]) -> None:
    """Unfinished work after that belongs to the present scenario."""
    driver = play("piles_between").start()
    driver.perform(scenario(*AGAIN))

    journal, _crashed = driver.perform(scenario(*AGAIN, name="second"))

    reports = [(effects.moment, effects.is_idle, effects.busy_since) for effects in journal.all(Effects)]
    assert reports == [("settled", True, ""), ("end", False, "")]


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("flaw", ["stuck", "piles_up"])
def test_findings_do_not_depend_on_earlier_unfinished_work(play: Callable[..., Worker], flaw: str) -> None:
    """Only the notes show which scenarios ran before on the same worker."""
    worker = play(flaw)
    worker.play(scenario(name="first"))

    again, other = worker.play(scenario(name="second")), worker.play(scenario(name="third"))

    assert [finding.observed for finding in again.outcome.findings] == [
        "the app was still busy when the scenario ended: e0 consent.received was not processed"
    ]
    assert again.outcome.findings == other.outcome.findings
    assert again.measure.notes == ("the app has been busy since first, e0 consent.received",)


@pytest.mark.usefixtures("waits")
def test_unfinished_work_is_attributed_to_its_first_scenario(play: Callable[..., Worker]) -> None:
    """Until the end of the run, entries name that scenario and its message."""
    driver = play("piles_up").start()
    driver.perform(scenario(*AGAIN))

    journal, _crashed = driver.perform(scenario(*AGAIN, name="second"))

    assert [effects.busy_since for effects in journal.all(Effects)] == ["first, e0 consent.received"] * 2
