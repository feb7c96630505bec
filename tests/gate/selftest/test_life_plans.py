"""Life plans find flaws with some of five seeds, and raise no alarm about a correct client.

The bounds: 40 plans per seed for a flaw, without shrinking; ten plans per seed and ten seeds for a correct client.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.generation import explore
from fiskil_harness.scenario.scenario import load

pytestmark = [pytest.mark.full, pytest.mark.timeout(1800)]

FLAWED = ("first_version_kept", "known_rows_inserted_again", "no_token_renewal", "removed_rows_kept", "revoked_data_kept")
CORRECT = ("embedded_app", "posted_rows_only", "reference_app", "refresh_on_each_event", "token_per_list")
PLANS_FOR_FLAWED, PLANS_FOR_CORRECT = 40, 10

Failing = Callable[[str, Sequence[int], int], list[bool]]


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Failing]:
    """Yield a function that runs life plans on a gallery app and returns, for each seed, whether one failed."""
    drivers: list[Driver] = []

    def run(name: str, seeds: Sequence[int], count: int) -> list[bool]:
        entry = gallery.app(name)
        missing = gallery.missing_tool(entry)
        if missing:
            pytest.fail(f"{name} needs {missing}, which is not installed")
        driver = Driver(gallery.settings(entry), workdir=tmp_path, seed=0)
        drivers.append(driver)
        driver.start()
        try_plan = partial(driver.try_plan, of=load("life_plans_generated"))
        explorations = [
            explore(try_plan, kind="life_plans", seed=seed, wanted=count, hooks=driver.hooks(), shrink_cap_s=0)
            for seed in seeds
        ]
        return [exploration.failing is not None for exploration in explorations]

    yield run
    for driver in drivers:
        driver.close()


@pytest.mark.parametrize("name", FLAWED)
def test_a_flaw_is_found_by_life_plans(name: str, failing: Failing) -> None:
    """A plan fails with at least two of five seeds."""
    assert sum(failing(name, range(5), PLANS_FOR_FLAWED)) >= 2


@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_client_fails_no_life_plan(name: str, failing: Failing) -> None:
    """None of a hundred plans fails."""
    assert failing(name, range(10), PLANS_FOR_CORRECT) == [False] * 10
