"""The app's output is shown with each scenario that did not pass, redacted and bounded."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness import probes
from fiskil_harness.core.config import Settings
from fiskil_harness.errors import StepError
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evidence import Printed
from fiskil_harness.runner.printed_output import MOST_KEPT_BYTES
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage

MakeSettings = Callable[..., Settings]
Work = Callable[[str], Worker]


class GivesUp(steps.Step, frozen=True, tag="gives_up"):
    """A step that fails, so that the scenario is INCONCLUSIVE."""

    def perform(self, stage: Stage) -> None:
        """Raise StepError."""
        raise StepError("enough")


def scenario(*more: Any, name: str = "printing") -> Scenario:
    """Return a scenario with one message and then the steps *more*."""
    return Scenario(
        name=name,
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), *more),
        probes=(probes.AppliesOnce(),),
    )


@pytest.fixture
def work(tmp_path: Path, receiver_settings: MakeSettings) -> Iterator[Work]:
    """Make workers whose app prints something; they are closed at the end of the test."""
    workers: list[Worker] = []

    def make(prints: str) -> Worker:
        settings = receiver_settings(app={"command": "{python} printer.py {port}"}, PRINTS=prints)
        workers.append(Worker(settings, seed=7, folder=tmp_path / f"worker-{len(workers)}"))
        return workers[-1]

    yield make
    for worker in workers:
        worker.close()


def printed(worker: Worker) -> Printed:
    """Return what the app printed in a scenario that is INCONCLUSIVE."""
    played = worker.play(scenario(GivesUp()))
    assert played.outcome.verdict is Verdict.INCONCLUSIVE
    assert played.printed is not None
    return played.printed


def test_a_stack_trace_is_shown_without_secrets(work: Work) -> None:
    excerpt = printed(work("traceback"))
    assert excerpt.exception == "KeyError: '<webhook_secret>'"
    assert excerpt.traceback[0] == "Traceback (most recent call last):"
    assert excerpt.last_lines == ("KeyError: '<webhook_secret>'  [stack trace]",)


def test_a_scenario_that_passed_shows_nothing(work: Work) -> None:
    played = work("a line").play(scenario(steps.Retry("e0")))
    assert (played.outcome.verdict, played.printed) == (Verdict.PASS, None)


def test_each_scenario_shows_only_its_own_output(work: Work) -> None:
    worker = work("traceback")
    printed(worker)
    silent = Scenario(name="silent", practices=("webhooks.idempotent",), steps=(GivesUp(),), probes=(probes.AppliesOnce(),))
    assert worker.play(silent).printed == Printed(scenario="silent")


def test_much_output_is_one_note_and_the_file_is_emptied(work: Work) -> None:
    worker = work("much")
    excerpt = printed(worker)
    assert excerpt.last_lines[-1] == "the very last line"
    assert len(excerpt.notes) == 1
    assert excerpt.notes[0].startswith("output: ")
    assert (worker.driver.app.workdir / "app.output").stat().st_size < MOST_KEPT_BYTES
    assert printed(worker).last_lines[-1] == "the very last line"


def test_binary_output_is_one_note(work: Work) -> None:
    excerpt = printed(work("binary"))
    assert [note.rpartition(" of ")[2] for note in excerpt.notes] == ["binary data, which are not shown"]
    assert (excerpt.last_lines, excerpt.traceback) == ((), ())


def test_an_app_that_dies_silently_is_one_note_and_the_run_continues(work: Work) -> None:
    worker = work("nothing")
    expected = ("the app exited with code 3 during this scenario, and printed nothing",)
    assert printed(worker).notes == expected
    assert printed(worker).notes == expected


def test_the_app_log_has_everything_without_secrets(work: Work, tmp_path: Path) -> None:
    worker = work("traceback")
    secret = worker.driver.fiskil.credentials.webhook_secret
    worker.app_log = tmp_path / "app.log"
    worker.play(scenario())
    worker.play(scenario(GivesUp(), name="again"))
    worker.close()
    text = worker.app_log.read_text()
    assert text.count("===== printing [output]\n") == text.count("===== again [output]\n") == 1
    assert text.count("KeyError: '<webhook_secret>'") == text.count("Traceback") >= 2
    assert secret not in text
