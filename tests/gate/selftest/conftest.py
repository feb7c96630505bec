"""Fixtures that run scenarios on gallery apps and return the judgement."""

import datetime
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fiskil_harness.gate.judgement import Judgement
from fiskil_harness.gate.selftest import gallery, matrix
from fiskil_harness.gate.selftest.gallery import GalleryApp
from fiskil_harness.scenario.scenario import Scenario

TODAY = datetime.date(2026, 11, 25)

JudgementOf = Callable[..., Judgement]
Batch = tuple[Sequence[Scenario], int]


@pytest.fixture
def judgement_of(tmp_path: Path) -> JudgementOf:
    """Return a function that runs scenarios on a gallery app one after another."""

    def run(entry: GalleryApp, scenarios: Sequence[Scenario], *, seed: int = 0) -> Judgement:
        _refuse_missing_tool(entry)
        return matrix.play(entry, scenarios, seed=seed, today=TODAY, folder=tmp_path / "worker")

    return run


@pytest.fixture
def judge_in_parallel(tmp_path: Path) -> Callable[..., list[Judgement]]:
    """Return a function that runs batches of scenarios in parallel, each with its own seed, sandbox and app."""

    def run(entry: GalleryApp, *batches: Batch) -> list[Judgement]:
        _refuse_missing_tool(entry)
        with ThreadPoolExecutor(len(batches)) as pool:
            futures = [
                pool.submit(matrix.play, entry, scenarios, seed=seed, today=TODAY, folder=tmp_path / str(number))
                for number, (scenarios, seed) in enumerate(batches)
            ]
        return [future.result() for future in futures]

    return run


def _refuse_missing_tool(entry: GalleryApp) -> None:
    missing = gallery.missing_tool(entry)
    if missing:
        pytest.fail(f"{entry.name} needs {missing}, which is not installed")
