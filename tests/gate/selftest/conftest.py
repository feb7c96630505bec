"""Fixtures that run scenarios on gallery apps and return the judgement.

Each run is also judged from its recordings, without the app: the outcomes must be the same.
"""

import datetime
import gzip
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fiskil_harness.gate.judgement import Judgement
from fiskil_harness.gate.selftest import gallery, matrix
from fiskil_harness.gate.selftest.gallery import GalleryApp
from fiskil_harness.runner.recording import journal_of, judged_again, stored_scenario
from fiskil_harness.runner.session import SessionResult
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import Scenario

TODAY = datetime.date(2026, 11, 25)

JudgementOf = Callable[..., Judgement]
Batch = tuple[Sequence[Scenario], int]


@pytest.fixture
def judgement_of(tmp_path: Path) -> JudgementOf:
    """Return a function that runs scenarios on a gallery app one after another."""

    def run(entry: GalleryApp, scenarios: Sequence[Scenario], *, seed: int = 0) -> Judgement:
        _refuse_missing_tool(entry)
        return _play(entry, scenarios, seed, tmp_path / "worker")

    return run


@pytest.fixture
def judge_in_parallel(tmp_path: Path) -> Callable[..., list[Judgement]]:
    """Return a function that runs batches of scenarios in parallel, each with its own seed, sandbox and app."""

    def run(entry: GalleryApp, *batches: Batch) -> list[Judgement]:
        _refuse_missing_tool(entry)
        with ThreadPoolExecutor(len(batches)) as pool:
            futures = [
                pool.submit(_play, entry, scenarios, seed, tmp_path / str(number))
                for number, (scenarios, seed) in enumerate(batches)
            ]
        return [future.result() for future in futures]

    return run


def _play(entry: GalleryApp, scenarios: Sequence[Scenario], seed: int, folder: Path) -> Judgement:
    settings = gallery.settings(entry)

    def record(worker: Worker) -> None:
        worker.includes_recording = True

    def refuse_difference(result: SessionResult) -> None:
        recorded = [stored_scenario(gzip.decompress(recording.line)) for recording in result.recordings]
        again = [judged_again(stored, journal_of(stored), settings=settings, seed=seed) for stored in recorded]
        assert len(recorded) == sum(not outcome.outside for outcome in result.outcomes)
        names = {outcome.scenario for outcome in again}
        assert again == [outcome for outcome in result.outcomes if outcome.scenario in names]

    options = {"today": TODAY, "folder": folder, "on_open": record, "on_result": refuse_difference}
    return matrix.play(entry, scenarios, seed=seed, **options)


def _refuse_missing_tool(entry: GalleryApp) -> None:
    missing = gallery.missing_tool(entry)
    if missing:
        pytest.fail(f"{entry.name} needs {missing}, which is not installed")
