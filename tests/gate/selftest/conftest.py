"""Rehearsing an app of the gallery, and reading what came of it."""

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

Rehearse = Callable[..., Judgement]
Batch = tuple[Sequence[Scenario], int]


@pytest.fixture
def rehearse(tmp_path: Path) -> Rehearse:
    """Run scenarios on one app of the gallery, one after another, and ask the gate."""

    def run(entry: GalleryApp, scenarios: Sequence[Scenario], *, seed: int = 0) -> Judgement:
        _refuse_missing_tool(entry)
        return matrix.play(entry, scenarios, seed=seed, today=TODAY, folder=tmp_path / "worker")

    return run


@pytest.fixture
def rehearse_side_by_side(tmp_path: Path) -> Callable[..., list[Judgement]]:
    """Run batches of scenarios with a seed each, every batch with a sandbox and an app of its own: most of it is waiting."""

    def run(entry: GalleryApp, *batches: Batch) -> list[Judgement]:
        _refuse_missing_tool(entry)
        with ThreadPoolExecutor(len(batches)) as pool:
            running = [
                pool.submit(matrix.play, entry, scenarios, seed=seed, today=TODAY, folder=tmp_path / str(number))
                for number, (scenarios, seed) in enumerate(batches)
            ]
        return [future.result() for future in running]

    return run


def _refuse_missing_tool(entry: GalleryApp) -> None:
    missing = gallery.missing_tool(entry)
    if missing:
        pytest.fail(f"{entry.name} needs {missing}, which this machine lacks")
