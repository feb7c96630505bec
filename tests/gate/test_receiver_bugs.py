"""The catalogue of known bugs: complete, and each either seen by somebody or said to be out of reach."""

from fiskil_harness.gate.receiver_bugs import bugs
from fiskil_harness.probes import name_of
from fiskil_harness.scenario.scenario import load


def test_the_catalogue_is_complete() -> None:
    """58 rows, in order."""
    assert [bug.row for bug in bugs().values()] == list(range(1, 59))


def test_witnesses_exist() -> None:
    """Each names a scenario that asks its probe."""
    named = [(witness, load(witness.scenario)) for bug in bugs().values() for witness in bug.witness]

    assert [witness for witness, scenario in named if witness.probe not in map(name_of, scenario.probes)] == []
