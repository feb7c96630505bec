"""Every reading of the contract is a switch that works: over HTTP, each choice shows what it says, and none is dead."""

import pytest

from fiskil_harness.core.clauses import clauses, switches
from tests.interpretations.differences_core import CORE
from tests.interpretations.differences_energy import ENERGY
from tests.interpretations.differences_hooks import HOOKS
from tests.interpretations.differences_journeys import JOURNEYS
from tests.interpretations.differences_rows import ROWS
from tests.interpretations.differences_time import TIME
from tests.interpretations.world import World

SIGHTS = {**CORE, **JOURNEYS, **ROWS, **HOOKS, **ENERGY, **TIME}
CASES = [(clause_id, choice) for clause_id, (_, seen) in SIGHTS.items() for choice in seen]


@pytest.mark.parametrize(("clause_id", "choice"), CASES)
def test_each_reading_shows_what_it_says(world: World, clause_id: str, choice: str) -> None:
    """A client that looks at it sees the behaviour of the reading that rules, and the clause came up."""
    look, seen = SIGHTS[clause_id]
    world.fiskil.interpret({clause_id: choice})

    found = look(world)

    assert found == seen[choice]
    assert clause_id in world.fiskil.sandbox.store.asked


def test_every_reading_is_looked_at() -> None:
    """For every clause with interpretations each choice has a sight; a switch that nobody looks at may be dead."""
    looked_at = {clause_id: set(seen) for clause_id, (_, seen) in SIGHTS.items()}

    assert looked_at == {clause_id: set(clause.interpretations) for clause_id, clause in switches().items()}


@pytest.mark.parametrize("clause_id", SIGHTS)
def test_no_switch_is_dead(clause_id: str) -> None:
    """No two interpretations of a clause look the same."""
    seen = list(SIGHTS[clause_id][1].values())

    assert all(value != other for number, value in enumerate(seen) for other in seen[:number])


def test_the_default_is_one_of_the_interpretations() -> None:
    """Whoever chooses nothing gets a reading that is looked at."""
    assert all(clause.default in clause.interpretations for clause in clauses().values() if clause.interpretations)
