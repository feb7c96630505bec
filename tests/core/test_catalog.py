"""Fixtures and scenarios on disk, read as values, and the errors about unknown or invalid ones."""

from pathlib import Path

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import OUTCOMES
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.scenario.scenario import load
from fiskil_harness.scenario.selection import select


def test_every_institution_has_its_id_as_key() -> None:
    """Each institution is found by its id; only the sandbox's two are accessible. Source: institutions.sandbox-bank"""
    institutions = catalog.institutions()

    assert [
        institution_id
        for institution_id, institution in institutions.items()
        if institution.institution_id != institution_id
    ] == []
    assert [institution.name for institution in institutions.values() if institution.is_accessible] == [
        "Banking Sandbox Data Holder",
        "Energy Sandbox Data Holder",
    ]
    assert {institution.industry for institution in institutions.values()} == {"banking", "energy"}


def test_every_person_has_their_file_name_as_key() -> None:
    """Each person has an e-mail address no other person has, and a purpose; every journey outcome occurs."""
    people = catalog.people()

    assert [name for name, person in people.items() if person.name != name] == []
    assert len({person.email for person in people.values()}) == len(people)
    assert all(person.why for person in people.values())
    assert {person.outcome for person in people.values()} == set(OUTCOMES)


def test_a_person_is_found_by_name() -> None:
    """A person's name returns the content of their file."""
    assert catalog.person("rosa").email == "rosa.keane@example.com"


def test_an_unknown_person_is_an_error_with_the_nearest_name() -> None:
    """The message suggests the nearest name and lists the first twelve names."""
    with pytest.raises(UnknownName) as raised:
        catalog.person("rossa")

    first_names = ", ".join(sorted(catalog.people())[:12])
    assert str(raised.value) == (
        f"No end user 'rossa' in fixtures/end_users. Did you mean 'rosa'? Known: {first_names}, ..."
    )


def test_an_unknown_scenario_is_an_error_with_the_nearest_name() -> None:
    """The message suggests the nearest scenario by its file name without the ending."""
    with pytest.raises(UnknownName, match=r"No scenario 'happy_pat'\. Did you mean 'happy_path'\?"):
        catalog.scenario_path("happy_pat")


def test_every_shipped_scenario_loads() -> None:
    """Each scenario file that ships has a SCENARIO."""
    names = catalog.file_names()

    assert "happy_path" in names
    assert set(names) < set(catalog.scenario_names())
    assert [name for name in names if catalog.load_scenario_file(catalog.scenario_path(name)) is None] == []


def test_a_costly_scenario_runs_only_by_its_name() -> None:
    """An opt-in scenario loads like any other, but neither the full list nor a pattern selects it."""
    (name,) = catalog.opt_in_names()

    assert name not in catalog.scenario_names()
    assert load(name).title.endswith(".")
    assert [scenario.name for scenario in select([name])] == [name]
    assert name not in [scenario.name for scenario in select(["webhook_*"])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1", "The scenario file mine.py has no SCENARIO."),
        (
            "import nothing_like_it",
            "The scenario file mine.py cannot be loaded: ModuleNotFoundError: No module named 'nothing_like_it'",
        ),
        (
            "open('nowhere')",
            "The scenario file mine.py cannot be loaded: FileNotFoundError: [Errno 2] No such file or directory: 'nowhere'",
        ),
    ],
)
def test_a_file_without_a_valid_scenario_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    """The message names the file and states why it cannot be loaded."""
    path = tmp_path / "mine.py"
    path.write_text(text)

    with pytest.raises(ConfigError) as raised:
        catalog.load_scenario_file(path)

    assert str(raised.value) == expected


def test_a_file_with_a_syntax_error_is_refused(tmp_path: Path) -> None:
    """The message contains the error and its line."""
    path = tmp_path / "mine.py"
    path.write_text("def (:")

    with pytest.raises(ConfigError, match=r"The scenario file mine\.py cannot be loaded: SyntaxError: .*line 1"):
        catalog.load_scenario_file(path)


@pytest.mark.parametrize(
    ("name", "expected"), [("nothing.py", "There is no scenario file "), ("notes.txt", "is not a Python file.")]
)
def test_a_missing_file_or_another_type_of_file_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    """A scenario file must exist and be a Python file."""
    (tmp_path / "notes.txt").write_text("")

    with pytest.raises(ConfigError, match=expected):
        catalog.load_scenario_file(tmp_path / name)


def test_fixtures_are_read_as_data() -> None:
    """Any TOML file of the fixtures folder is read as a table."""
    assert catalog.read_fixture("contract.toml")["clause"]


def test_a_missing_fixture_is_an_error() -> None:
    """The message names the file and the reason."""
    with pytest.raises(ConfigError, match=r"The fixture nothing\.toml cannot be read: "):
        catalog.read_fixture("nothing.toml")
