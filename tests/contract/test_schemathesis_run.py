"""Schemathesis over the sandbox: every phase, every version, with a token, and not one failure.

One seed in ``make test``, three in ``make test-all``, where the older versions are walked through as well; the counts are
printed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.contract.conformance_monitor import ConformanceMonitor
from fiskil_harness.contract.sample_household import Household
from fiskil_harness.contract.schemathesis_run import PHASES, Exercise, exercise
from fiskil_harness.contract.stateful import walk
from fiskil_harness.core.clock import Clock, real_now
from fiskil_harness.server.local_fiskil import LocalFiskil

VERSIONS = ("v1", "v2", "v3")
SEEDS = (1, *(pytest.param(seed, marks=pytest.mark.full) for seed in (2, 3)))
WALKED = (*(pytest.param(version, marks=pytest.mark.full) for version in VERSIONS[:-1]), VERSIONS[-1])
EXAMPLES, WALKS = 5, 8


def still() -> Clock:
    """Sandbox time that passes only where somebody moves it: a token is as good at the end as in the beginning."""
    begun_at = real_now()
    return Clock(real=lambda: begun_at)


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """A local Fiskil with somebody's data."""
    with LocalFiskil(workdir=tmp_path_factory.mktemp("exercised"), seed=7, clock=still()) as fiskil:
        yield Household(fiskil)
        assert [crash.trace for crash in fiskil.sandbox.crashes] == []


def counts(done: Exercise) -> str:
    """What was done, in one line."""
    phases = ", ".join(
        f"{name} {phase.cases} requests to {len(phase.operations)} operations" for name, phase in done.phases.items()
    )
    return f"{done.version} seed {done.seed}: {phases}; {len(done.described)} described; {len(done.failures)} failures"


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("version", WALKED)
def test_every_operation_is_exercised_without_a_failure(
    household: Household,
    witness: ConformanceMonitor,
    record_property: Callable[[str, object], None],
    version: str,
    seed: int,
) -> None:
    """Examples, coverage and fuzzing each reach every operation described, and each of these has answered 2xx."""
    household.begin()
    done = exercise(version, household.target(), seed=seed, examples=EXAMPLES)

    record_property("counts", counts(done))
    assert (done.failures, done.troubles) == ([], [])
    assert set(done.phases) == set(PHASES[:3])
    assert all(phase.operations == done.described for phase in done.phases.values())
    assert done.succeeded == done.described


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("version", WALKED)
def test_walks_reach_every_operation_without_a_failure(
    tmp_path: Path, record_property: Callable[[str, object], None], version: str, seed: int
) -> None:
    """The stateful phase, over a sandbox of its own that each walk begins anew."""
    with LocalFiskil(workdir=tmp_path, seed=7, clock=still()) as fiskil:
        own = Household(fiskil)
        done = walk(version, own.target(), seed=seed, walks=WALKS, reset=own.begin)
        crashes = [crash.trace for crash in fiskil.sandbox.crashes]

    record_property("counts", counts(done))
    assert (done.failures, crashes) == ([], [])
    assert done.phases["stateful"].operations == done.described
