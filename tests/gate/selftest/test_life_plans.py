"""Whole lives and the judge: they find flaws that meet in them with some of five seeds, and accuse no correct client.

The bounds: 40 plans a seed for a flaw, none cut down; ten plans a seed and ten seeds for a correct client.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.generation import explore

pytestmark = [pytest.mark.full, pytest.mark.timeout(1800)]

FLAWED = ("first_version_kept", "known_rows_inserted_again", "no_token_renewal", "removed_rows_kept", "revoked_data_kept")
CORRECT = ("embedded_app", "posted_rows_only", "reference_app", "refresh_on_each_event", "token_per_list")
PLANS_FOR_FLAWED, PLANS_FOR_CORRECT = 40, 10

Failing = Callable[[str, Sequence[int], int], list[bool]]


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Failing]:
    """Try lives on one app of the gallery: whether one failed, for each seed."""
    drivers: list[Driver] = []

    def run(name: str, seeds: Sequence[int], wanted: int) -> list[bool]:
        entry = gallery.app(name)
        missing = gallery.missing_tool(entry)
        if missing:
            pytest.fail(f"{name} needs {missing}, which this machine lacks")
        driver = Driver(gallery.settings(entry), workdir=tmp_path, seed=0)
        drivers.append(driver)
        driver.start()
        explored = [
            explore(driver.try_plan, kind="lives", seed=seed, wanted=wanted, hooks=driver.hooks(), shrink_cap_s=0)
            for seed in seeds
        ]
        return [exploration.failing is not None for exploration in explored]

    yield run
    for driver in drivers:
        driver.close()


@pytest.mark.parametrize("name", FLAWED)
def test_a_flaw_is_found_in_lives(name: str, failing: Failing) -> None:
    """With two of five seeds at least."""
    assert sum(failing(name, range(5), PLANS_FOR_FLAWED)) >= 2


@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_client_is_accused_by_no_life(name: str, failing: Failing) -> None:
    """None of a hundred."""
    assert failing(name, range(10), PLANS_FOR_CORRECT) == [False] * 10
