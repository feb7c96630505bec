"""Every interpretation of the contract has the documented effect over HTTP, and no two of them are equal."""

import pytest

from fiskil_harness.core.clauses import clauses, switches
from tests.interpretations.differences_core import CORE
from tests.interpretations.differences_energy import ENERGY
from tests.interpretations.differences_hooks import HOOKS
from tests.interpretations.differences_journeys import JOURNEYS
from tests.interpretations.differences_rows import ROWS
from tests.interpretations.differences_time import TIME
from tests.interpretations.world import World

OBSERVATIONS = {**CORE, **JOURNEYS, **ROWS, **HOOKS, **ENERGY, **TIME}
CASES = [(clause_id, choice) for clause_id, (_, results) in OBSERVATIONS.items() for choice in results]


@pytest.mark.parametrize(("clause_id", "choice"), CASES)
def test_each_interpretation_has_its_effect(world: World, clause_id: str, choice: str) -> None:
    """A client observes the behaviour of the chosen interpretation, and the sandbox records that the clause was used."""
    observe, results = OBSERVATIONS[clause_id]
    world.fiskil.interpret({clause_id: choice})

    result = observe(world)

    assert result == results[choice]
    assert clause_id in world.fiskil.sandbox.store.used_clauses


def test_every_interpretation_is_observed() -> None:
    """Each choice of each clause has an observation; without one, a choice could have no effect."""
    observed = {clause_id: set(results) for clause_id, (_, results) in OBSERVATIONS.items()}

    assert observed == {clause_id: set(clause.interpretations) for clause_id, clause in switches().items()}


@pytest.mark.parametrize("clause_id", OBSERVATIONS)
def test_no_two_interpretations_are_equal(clause_id: str) -> None:
    """All interpretations of a clause have different results."""
    results = list(OBSERVATIONS[clause_id][1].values())

    assert all(value != other for number, value in enumerate(results) for other in results[:number])


def test_the_default_is_one_of_the_interpretations() -> None:
    """Without a choice, an observed interpretation applies."""
    assert all(clause.default in clause.interpretations for clause in clauses().values() if clause.interpretations)
