"""The stage: how long it waits for an app, and since when that has not come to rest."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness import probes
from fiskil_harness.app.effects import IdleWait, settled
from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Effects
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario import stage, steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage

MakeSettings = Callable[..., Settings]


class Waits:
    """Ends every wait soon, and remembers what it would have been: whether the last one, and how long at most."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []
        self.moment = ""

    def __call__(self, *given: Any, cap_s: float, stall: Any, **more: Any) -> IdleWait:
        """Wait for a moment."""
        self.told.append((self.moment, stall.patience_s(cap_s)))
        return settled(*given, cap_s=0.05, stall=stall, **more)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Every wait of the stage."""
    made, snapshot = Waits(), Stage.snapshot

    def told(self: Stage, moment: str, *given: Any, **more: Any) -> Any:
        made.moment = moment
        return snapshot(self, moment, *given, **more)

    monkeypatch.setattr(stage, "settled", made)
    monkeypatch.setattr(Stage, "snapshot", told)
    return made


@pytest.fixture
def play(tmp_path: Path, receiver_settings: MakeSettings) -> Iterator[Callable[..., Worker]]:
    """A worker with a flawed receiver."""
    made: list[Worker] = []

    def start(flaw: str) -> Worker:
        made.append(Worker(receiver_settings(FLAW=flaw), seed=7, folder=tmp_path / "worker"))
        return made[-1]

    yield start
    for worker in made:
        worker.close()


def scenario(*more: steps.AnyStep, name: str = "first") -> Scenario:
    """One message, and whatever is added."""
    return Scenario(
        name=name,
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), *more),
        probes=(probes.LosesNothing(),),
    )


AGAIN = (steps.WaitUntilIdle(), steps.Sync(), steps.Deliver())


def test_the_last_wait_is_whole_however_many_were_vain_before(play: Callable[..., Worker], waits: Waits) -> None:
    """What a scenario waits for in its middle leaves its last look as patient as it began."""
    play("piles_up").play(scenario(*AGAIN, *AGAIN, *AGAIN))

    assert waits.told == [("settled", 10), ("settled", 10), ("settled", 5), ("end", 10)]


def test_each_scenario_counts_once_however_often_it_waits(play: Callable[..., Worker], waits: Waits) -> None:
    """Two scenarios have the whole time, whatever was waited for in them; it is never less than two seconds."""
    worker = play("piles_up")

    for _ in range(6):
        worker.play(scenario(*AGAIN))

    assert [patience_s for moment, patience_s in waits.told if moment == "end"] == [10, 10, 5, 2.5, 2, 2]


@pytest.mark.usefixtures("waits")
def test_an_app_that_came_to_rest_meanwhile_is_told_of_nothing_older(play: Callable[..., Worker]) -> None:
    """What it leaves undone after that is this scenario's own."""
    driver = play("piles_between").start()
    driver.perform(scenario(*AGAIN))

    journal, _crashed = driver.perform(scenario(*AGAIN, name="second"))

    looks = [(effects.moment, effects.is_idle, effects.left_by) for effects in journal.all(Effects)]
    assert looks == [("settled", True, ""), ("end", False, "")]


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("flaw", ["stuck", "piles_up"])
def test_a_finding_is_the_same_whatever_was_left_before(play: Callable[..., Worker], flaw: str) -> None:
    """Which scenarios share a worker shows in the notes alone."""
    worker = play(flaw)
    worker.play(scenario(name="first"))

    again, other = worker.play(scenario(name="second")), worker.play(scenario(name="third"))

    assert [finding.observed for finding in again.outcome.findings] == [
        "the app was still at work when the scenario ended: e0 consent.received stayed undone"
    ]
    assert again.outcome.findings == other.outcome.findings
    assert again.measure.notes == ("the app has been busy since first, e0 consent.received",)


@pytest.mark.usefixtures("waits")
def test_an_app_that_never_comes_to_rest_is_told_of_what_came_first(play: Callable[..., Worker]) -> None:
    """By the scenario and its message, to the end of the run."""
    driver = play("piles_up").start()
    driver.perform(scenario(*AGAIN))

    journal, _crashed = driver.perform(scenario(*AGAIN, name="second"))

    assert [effects.left_by for effects in journal.all(Effects)] == ["first, e0 consent.received"] * 2
