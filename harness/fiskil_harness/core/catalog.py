"""Reads fixtures and scenarios from disk, in a checkout or an installed wheel.

This module runs no scenario: it imports a scenario's file and returns its ``SCENARIO`` object.
"""

import importlib.util
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from fiskil_harness.core import personas, route_grid
from fiskil_harness.core.model import Institution, Person
from fiskil_harness.errors import ConfigError, UnknownName

_INSTALLED = Path(__file__).parents[1] / "_data"
OPT_IN = "opt_in"
HOSTED = "hosted"
_PLUGIN_PEOPLE: dict[str, Path] = {}
_PLUGIN_SCENARIOS: dict[str, Path] = {}
_ROOT = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[3]


def folder(name: str) -> Path:
    """Return the path of the folder *name*: ``fixtures``, ``scenarios``, ``gallery`` or ``examples``."""
    return _ROOT / name


@cache
def institutions() -> dict[str, Institution]:
    """Return every institution by id, in the order of the file.

    Raises:
        ConfigError: A file cannot be read, or does not match its schema.
    """
    institutions: dict[str, Institution] = {}
    for path in sorted((folder("fixtures") / "institutions").glob("*.toml")):
        try:
            read = [msgspec.convert(raw, Institution) for raw in _read(path)["institution"]]
        except msgspec.ValidationError as error:
            raise ConfigError(f"The fixture {path.name} does not match its schema: {error}.") from None
        institutions |= {institution.institution_id: institution for institution in read}
    return institutions


@cache
def people() -> dict[str, Person]:
    """Return every person of ``fixtures/end_users``, by the name of the person's file.

    Raises:
        ConfigError: A file is invalid.
    """
    return personas.people(people_files({}))


def people_files(others: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Return the parsed files of all people by name: those that ship, those of plugins, and *others*.

    Raises:
        ConfigError: A file cannot be read.
    """
    shipped = {path.stem: path for path in sorted((folder("fixtures") / "end_users").glob("*.toml"))}
    return {name: _read(path) for name, path in {**shipped, **_PLUGIN_PEOPLE, **others}.items()}


def register(*, people: Mapping[str, Path], scenarios: Mapping[str, Path]) -> None:
    """Add the files of people and scenarios of plugins, by name."""
    _PLUGIN_PEOPLE.update(people)
    _PLUGIN_SCENARIOS.update(scenarios)
    _forget_people()


def unregister() -> None:
    """Remove the files of all plugins."""
    _PLUGIN_PEOPLE.clear()
    _PLUGIN_SCENARIOS.clear()
    _forget_people()


def _forget_people() -> None:
    people.cache_clear()


def person(name: str) -> Person:
    """Return the person called *name*.

    Raises:
        UnknownName: There is no such person; the message suggests the nearest match.
    """
    if name not in people():
        raise UnknownName("end user", name, people(), place="fixtures/end_users")
    return people()[name]


def read_fixture(name: str) -> dict[str, Any]:
    """Return the parsed content of a TOML file in ``fixtures/``.

    Raises:
        ConfigError: The file cannot be read.
    """
    return _read(folder("fixtures") / name)


def scenario_names() -> list[str]:
    """Return the names of all scenarios, sorted: those that ship and those of plugins.

    Opt-in scenarios and those for the hosted API are left out.
    """
    return sorted([*file_names(), *_PLUGIN_SCENARIOS, *(cell.name for cell in route_grid.cells())])


def file_names() -> list[str]:
    """Return those of ``scenario_names`` that have a file in ``scenarios/``, sorted."""
    return list(_scenarios_in(folder("scenarios")))


def opt_in_names() -> list[str]:
    """Return the names of the opt-in scenarios, sorted. They take long, so they run only if the user lists them."""
    return list(_scenarios_in(folder("scenarios") / OPT_IN))


def hosted_paths() -> list[Path]:
    """Return the paths of the scenarios that run only against the hosted API, sorted."""
    return list(_scenarios_in(folder("scenarios") / HOSTED).values())


def scenario_path(name: str) -> Path:
    """Return the path of the scenario called *name*.

    Raises:
        UnknownName: There is no such scenario; the message suggests the nearest match, or the new name of a renamed one.
    """
    files = _scenarios_in(folder("scenarios") / OPT_IN) | _scenarios_in(folder("scenarios")) | _PLUGIN_SCENARIOS
    path = files.get(name)
    if path is None:
        from fiskil_harness.core.renamed import new_name

        raise UnknownName("scenario", name, scenario_names(), now=new_name("scenarios", name))
    return path


@cache
def _scenarios_in(place: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(place.glob("*.py")) if not path.stem.startswith("_")}


def load_scenario_file(path: Path) -> Any:
    """Import the file at *path* and return its ``SCENARIO`` object.

    Raises:
        ConfigError: The file does not exist, cannot be imported or has no ``SCENARIO``.
    """
    if not path.is_file():
        raise ConfigError(f"There is no scenario file {str(path)!r}.")
    key = _module_name(path)
    spec = importlib.util.spec_from_file_location(key, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{str(path)!r} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[key] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise ConfigError(f"The scenario file {path.name} cannot be loaded: {type(error).__name__}: {error}") from error
    if not hasattr(module, "SCENARIO"):
        raise ConfigError(f"The scenario file {path.name} has no SCENARIO.")
    return module.SCENARIO


def title_of(path: Path) -> str:
    """Return the first line of the docstring of a scenario file that was loaded; "" if it has none."""
    return (sys.modules[_module_name(path)].__doc__ or "").strip().partition("\n")[0]


def _module_name(path: Path) -> str:
    return f"fiskil_harness._scenarios.{path.stem}"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"The fixture {path.name} cannot be read: {error}.") from None
