"""Fixtures and scenarios on disk, as values, with complaints that name the nearest."""

from pathlib import Path

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import OUTCOMES
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.scenario.scenario import load
from fiskil_harness.scenario.selection import select


def test_every_institution_is_known_by_its_id() -> None:
    """The sandbox's own are reachable; the others are there. Source: institutions.sandbox-bank"""
    found = catalog.institutions()

    assert [text for text, institution in found.items() if institution.institution_id != text] == []
    assert [institution.name for institution in found.values() if institution.is_accessible] == [
        "Banking Sandbox Data Holder",
        "Energy Sandbox Data Holder",
    ]
    assert {institution.industry for institution in found.values()} == {"banking", "energy"}


def test_every_person_is_known_by_their_file() -> None:
    """Each has an address of their own, and says what they are for."""
    found = catalog.people()

    assert [name for name, person in found.items() if person.name != name] == []
    assert len({person.email for person in found.values()}) == len(found)
    assert all(person.why for person in found.values())
    assert {person.outcome for person in found.values()} == set(OUTCOMES)


def test_a_person_is_found_by_name() -> None:
    """The value of the file."""
    assert catalog.person("rosa").email == "rosa.keane@example.com"


def test_an_unknown_person_names_the_nearest() -> None:
    """And the first dozen."""
    with pytest.raises(UnknownName) as raised:
        catalog.person("rossa")

    dozen = ", ".join(sorted(catalog.people())[:12])
    assert str(raised.value) == (f"No end user 'rossa' in fixtures/end_users. Did you mean 'rosa'? Known: {dozen}, ...")


def test_an_unknown_scenario_names_the_nearest() -> None:
    """By its file's stem."""
    with pytest.raises(UnknownName, match=r"No scenario 'happy_pat'\. Did you mean 'happy_path'\?"):
        catalog.scenario_value("happy_pat")


def test_every_shipped_scenario_loads() -> None:
    """Each file has a SCENARIO."""
    names = catalog.scenario_names()

    assert "happy_path" in names
    assert [name for name in names if catalog.scenario_value(name) is None] == []


def test_what_costs_bytes_or_time_runs_only_by_its_name() -> None:
    """It is no scenario that runs by itself, and loads like one."""
    (name,) = catalog.opt_in_names()

    assert name not in catalog.scenario_names()
    assert load(name).title.endswith(".")
    assert [scenario.name for scenario in select([name])] == [name]
    assert name not in [scenario.name for scenario in select(["webhook_*"])]


@pytest.mark.parametrize(
    ("text", "words"),
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
def test_a_file_that_is_no_scenario_is_said(tmp_path: Path, text: str, words: str) -> None:
    """Which file, and what it lacks."""
    path = tmp_path / "mine.py"
    path.write_text(text)

    with pytest.raises(ConfigError) as raised:
        catalog.load_scenario_file(path)

    assert str(raised.value) == words


def test_a_file_with_broken_python_is_said(tmp_path: Path) -> None:
    """The error and its line."""
    path = tmp_path / "mine.py"
    path.write_text("def (:")

    with pytest.raises(ConfigError, match=r"The scenario file mine\.py cannot be loaded: SyntaxError: .*line 1"):
        catalog.load_scenario_file(path)


@pytest.mark.parametrize(
    ("name", "words"), [("nothing.py", "There is no scenario file "), ("notes.txt", "is not a Python file.")]
)
def test_a_file_that_cannot_be_a_scenario_is_said(tmp_path: Path, name: str, words: str) -> None:
    """A missing file, and a file of another kind."""
    (tmp_path / "notes.txt").write_text("")

    with pytest.raises(ConfigError, match=words):
        catalog.load_scenario_file(tmp_path / name)


def test_fixtures_are_read_as_data() -> None:
    """Any TOML file of the folder."""
    assert catalog.read_fixture("contract.toml")["clause"]


def test_a_fixture_that_is_not_there_is_said() -> None:
    """Its name, and why."""
    with pytest.raises(ConfigError, match=r"The fixture nothing\.toml cannot be read: "):
        catalog.read_fixture("nothing.toml")
