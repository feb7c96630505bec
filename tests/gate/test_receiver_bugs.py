"""The catalogue of known bugs of webhook receivers is complete, and its witnesses exist."""

from fiskil_harness.gate.receiver_bugs import Bug, bug, bugs, causes
from fiskil_harness.probes import name_of
from fiskil_harness.scenario.scenario import load


def test_the_catalogue_is_complete() -> None:
    """The catalogue has 58 rows, in order."""
    assert [bug.row for bug in bugs().values()] == list(range(1, 59))


def test_witnesses_exist() -> None:
    """Each witness names a scenario that contains its probe."""
    pairs = [(witness, load(witness.scenario)) for bug in bugs().values() for witness in bug.witness]

    assert [witness for witness, scenario in pairs if witness.probe not in map(name_of, scenario.probes)] == []


def test_explanations_name_bugs_and_probes_that_exist() -> None:
    """Each general bug or failure explains other bugs, by probes that are witnesses of them."""
    generals = [*(bug for bug in bugs().values() if bug.explains), *causes()]
    pairs = [(general, name) for general in generals for name in general.explains]

    assert [name for general, name in pairs if name == general.id or not _shared(general.through, bug(name))] == []
    assert [probe for general in generals for probe in general.through if not _is_used(probe, general.explains)] == []


def test_no_two_bugs_explain_each_other() -> None:
    """Otherwise neither would be reported."""
    assert [bug.id for bug in bugs().values() if bug.id in _explained_by(bug.id)] == []


def test_general_failures_show_in_scenarios_with_their_probe() -> None:
    """Each cause names a scenario that contains its probe."""
    assert [cause.id for cause in causes() if cause.probe not in map(name_of, load(cause.scenario).probes)] == []


def _shared(probes: tuple[str, ...], bug: Bug) -> set[str]:
    return {witness.probe for witness in bug.witness}.intersection(probes)


def _is_used(probe: str, bug_ids: tuple[str, ...]) -> bool:
    return any(probe == witness.probe for bug_id in bug_ids for witness in bug(bug_id).witness)


def _explained_by(bug_id: str) -> set[str]:
    """Return every bug that the bug explains, also through other bugs."""
    reached, ahead = set[str](), [bug_id]
    while ahead:
        new = set(bug(ahead.pop()).explains) - reached
        reached |= new
        ahead += new
    return reached
