"""Schemathesis finds no failure in the sandbox, in any phase and version.

``make test`` runs one seed and the newest version, ``make test-all`` three seeds and all versions. The counts are recorded.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.contract.sample_household import SampleEndUser
from fiskil_harness.contract.schemathesis_run import PHASES, ContractRun, run_schemathesis
from fiskil_harness.contract.stateful import walk
from fiskil_harness.core.clock import Clock, real_now
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.contract.conformance_monitor import ConformanceMonitor

VERSIONS = ("v1", "v2", "v3")
SEEDS = (1, *(pytest.param(seed, marks=pytest.mark.full) for seed in (2, 3)))
WALKED = (*(pytest.param(version, marks=pytest.mark.full) for version in VERSIONS[:-1]), VERSIONS[-1])
EXAMPLES, WALKS = 5, 8


def frozen_clock() -> Clock:
    """Return a clock that only moves when it is advanced, so that a token stays valid."""
    started_at = real_now()
    return Clock(real=lambda: started_at)


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleEndUser]:
    """A local Fiskil with one end user's data."""
    with LocalFiskil(workdir=tmp_path_factory.mktemp("exercised"), seed=7, clock=frozen_clock()) as fiskil:
        yield SampleEndUser(fiskil)
        assert [crash.trace for crash in fiskil.sandbox.crashes] == []


def counts(results: ContractRun) -> str:
    """Return the number of requests and operations by phase, as one line."""
    phases = ", ".join(
        f"{name} {phase.cases} requests to {len(phase.operations)} operations" for name, phase in results.phases.items()
    )
    totals = f"{len(results.described)} described; {len(results.failures)} failures"
    return f"{results.version} seed {results.seed}: {phases}; {totals}"


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("version", WALKED)
def test_every_operation_is_exercised_without_a_failure(
    household: SampleEndUser,
    witness: ConformanceMonitor,
    record_property: Callable[[str, object], None],
    version: str,
    seed: int,
) -> None:
    """Examples, coverage and fuzzing each reach every described operation, and each operation returns 2xx."""
    household.begin()
    results = run_schemathesis(version, household.target(), seed=seed, examples=EXAMPLES)

    record_property("counts", counts(results))
    assert (results.failures, results.troubles) == ([], [])
    assert set(results.phases) == set(PHASES[:3])
    assert all(phase.operations == results.described for phase in results.phases.values())
    assert results.succeeded == results.described


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("version", WALKED)
def test_walks_reach_every_operation_without_a_failure(
    tmp_path: Path, record_property: Callable[[str, object], None], version: str, seed: int
) -> None:
    """The stateful phase reaches every described operation; each walk begins with a reset sandbox."""
    with LocalFiskil(workdir=tmp_path, seed=7, clock=frozen_clock()) as fiskil:
        household = SampleEndUser(fiskil)
        results = walk(version, household.target(), seed=seed, walks=WALKS, reset=household.begin)
        crashes = [crash.trace for crash in fiskil.sandbox.crashes]

    record_property("counts", counts(results))
    assert (results.failures, crashes) == ([], [])
    assert results.phases["stateful"].operations == results.described
