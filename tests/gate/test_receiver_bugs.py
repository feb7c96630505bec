"""The catalogue of known bugs of webhook receivers is complete, and its witnesses exist."""

from fiskil_harness.gate.receiver_bugs import bugs
from fiskil_harness.probes import name_of
from fiskil_harness.scenario.scenario import load


def test_the_catalogue_is_complete() -> None:
    """The catalogue has 58 rows, in order."""
    assert [bug.row for bug in bugs().values()] == list(range(1, 59))


def test_witnesses_exist() -> None:
    """Each witness names a scenario that contains its probe."""
    pairs = [(witness, load(witness.scenario)) for bug in bugs().values() for witness in bug.witness]

    assert [witness for witness, scenario in pairs if witness.probe not in map(name_of, scenario.probes)] == []
