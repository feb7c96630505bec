"""The registry that a plugin's ``register`` function gets; it checks everything and changes nothing.

What was registered takes effect together, after the last plugin has been read.
"""

import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from fiskil_harness.core import catalog, personas, route_grid
from fiskil_harness.core.config.webhook_format import PRESETS, Dialect, refuse_bad_dialect
from fiskil_harness.core.plugins.tables import TABLES, ClassTable, unstorable_field
from fiskil_harness.errors import ConfigError

PROBE, STEP, FAULT, SCHEME, PERSON, SCENARIO = "probe", "step", "fault", "scheme", "person", "scenario"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SCHEME_NAME = re.compile(r"[a-z][a-z0-9_-]*")
EXAMPLE = {
    PROBE: 'class {0}(Probe, frozen=True, kw_only=True, tag="{1}")',
    STEP: 'class {0}(Step, frozen=True, kw_only=True, tag="{1}")',
    FAULT: 'class {0}(Fault, frozen=True, kw_only=True, tag="{1}")',
}


class Batch:
    """Everything that the plugins of one config register, by kind and name, and the plugin of each."""

    def __init__(self, origin_of: Callable[[str, str], str]) -> None:
        """Begin an empty batch.

        Args:
            origin_of: Returns the plugin that has registered a name of a kind before; "" if none has.
        """
        self.values: dict[str, dict[str, Any]] = {kind: {} for kind in (PROBE, STEP, FAULT, SCHEME, PERSON, SCENARIO)}
        self.origins: dict[tuple[str, str], str] = {}
        self.origin_of = origin_of


class Registry:
    """The registry of one plugin. ``plugin`` is the plugin's name for messages, its module."""

    def __init__(self, plugin: str, batch: Batch) -> None:
        self.plugin = plugin
        self._batch = batch

    def probe(self, kind: type[Struct]) -> None:
        """Register a class of probes.

        Raises:
            ConfigError: It is no frozen subclass of ``Probe`` with a free tag, or judges from more than the journal.
        """
        self._class(PROBE, kind)

    def step(self, kind: type[Struct]) -> None:
        """Register a class of steps.

        Raises:
            ConfigError: It is no frozen subclass of ``Step`` with a free tag.
        """
        self._class(STEP, kind)

    def fault(self, kind: type[Struct]) -> None:
        """Register a class of faults.

        Raises:
            ConfigError: It is no frozen subclass of ``Fault`` with a free tag, or a fault expression cannot contain it.
        """
        self._class(FAULT, kind)

    def scheme(self, name: str, dialect: Dialect) -> None:
        """Register the signature scheme and the payload format of a sender; ``app.webhook.scheme`` can then be *name*.

        Raises:
            ConfigError: The name is taken or malformed, or the scheme is invalid.
        """
        if not isinstance(dialect, Dialect):
            raise self._refusal(f"the scheme {name!r} is a {type(dialect).__name__}. Give a signature.Dialect.")
        self._add(SCHEME, name, dialect, known=PRESETS, pattern=_SCHEME_NAME)
        refuse_bad_dialect(dialect.scheme, dialect.payload, source=f"Plugin {self.plugin!r}, scheme {name!r}")

    def people(self, path: str | Path) -> None:
        """Register the people of a TOML file, or of every TOML file in a folder; a person has the file's name.

        Raises:
            ConfigError: There is no file, a name is taken, or a file is invalid.
        """
        for file in self._files(path, ".toml"):
            self._add(PERSON, file.stem, file, known=catalog.people())

    def scenarios(self, path: str | Path) -> None:
        """Register the scenario of a Python file, or of every Python file in a folder; a scenario has the file's name.

        A file whose name begins with "_" is left out of a folder. The files are read when a scenario is needed.

        Raises:
            ConfigError: There is no file, or a name is taken.
        """
        known = {*catalog.scenario_names(), *catalog.opt_in_names()}
        for file in self._files(path, ".py"):
            self._add(SCENARIO, file.stem, file, known=known)

    def finish(self) -> None:
        """Check what depends on everything that the plugin has registered.

        Raises:
            ConfigError: The file of a person is invalid.
        """
        files: dict[str, Path] = self._batch.values[PERSON]
        if files:
            try:
                personas.people(catalog.people_files(files))
            except ConfigError as error:
                raise self._refusal(str(error)) from None

    def _class(self, noun: str, kind: Any) -> None:
        table = TABLES.get(noun)
        parent = f"fiskil_harness.{noun.title()}"
        if table is None or not (isinstance(kind, type) and issubclass(kind, table.parent)):
            raise self._refusal(f"{getattr(kind, '__name__', repr(kind))} is no subclass of {parent}, so it is no {noun}.")
        name = kind.__struct_config__.tag
        if not isinstance(name, str):
            example = EXAMPLE[noun].format(kind.__name__, _snake_case(kind.__name__))
            raise self._refusal(f"the {noun} {kind.__name__} has no tag, which is its name in plans. Write {example}.")
        if not kind.__struct_config__.frozen:
            example = EXAMPLE[noun].format(kind.__name__, name)
            raise self._refusal(f"the {noun} {kind.__name__} is not frozen, so a run could change it. Write {example}.")
        self._add(noun, name, kind, known=table.classes)
        problem = _field_problem(kind) or table.problem_of(kind)
        if problem:
            raise self._refusal(f"the {noun} {name!r} {problem}")

    def _add(self, kind: str, name: str, value: Any, *, known: Collection[str], pattern: re.Pattern[str] = _NAME) -> None:
        if not isinstance(name, str) or not pattern.fullmatch(name):
            raise self._refusal(f"the {kind} {name!r} has no valid name. A name has small letters, digits and underscores.")
        earlier = self._batch.origins.get((kind, name), "")
        if earlier == self.plugin:
            raise self._refusal(f"the {kind} {name!r} is defined twice. Remove one, or rename it.")
        owner = earlier or self._batch.origin_of(kind, name)
        if owner:
            raise self._refusal(f"the {kind} {name!r} is taken by the plugin {owner!r}. Choose another name.")
        if name in known or (kind == SCENARIO and route_grid.parse(name) is not None):
            raise self._refusal(f"the {kind} {name!r} is taken: it ships with fiskil-harness. Choose another name.")
        self._batch.values[kind][name] = value
        self._batch.origins[kind, name] = self.plugin

    def _files(self, path: str | Path, suffix: str) -> Iterator[Path]:
        """Return the file at *path*, or the files with this *suffix* in the folder at *path*, sorted."""
        place = Path(path).absolute()
        files = sorted(place.glob(f"*{suffix}")) if place.is_dir() else [place]
        files = [file for file in files if file == place or not file.name.startswith("_")]
        if not files or not all(file.suffix == suffix and file.is_file() for file in files):
            raise self._refusal(
                f"there is no {suffix} file at {str(path)!r}. Give a path that begins at Path(__file__).parent."
            )
        return iter(files)

    def _refusal(self, problem: str) -> ConfigError:
        """Return the error for *problem*, a sentence about what this plugin registers."""
        return ConfigError(f"Plugin {self.plugin!r}: {problem}")


def classes_of(batch: Batch) -> Iterator[tuple[ClassTable, dict[str, Any]]]:
    """Yield each table, and the classes of *batch* for it."""
    for noun, table in TABLES.items():
        yield table, batch.values[noun]


def _field_problem(kind: type[Struct]) -> str:
    """Return why JSON cannot hold an instance of *kind*, as the rest of a sentence; "" if it can."""
    try:
        field = unstorable_field(kind)
    except (TypeError, NameError) as error:
        return f"has a field that JSON cannot hold: {str(error).rstrip('.')}."
    return f"has the field {field!r}, which JSON cannot hold. Use numbers, texts, and tuples of these." if field else ""


def _snake_case(class_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower()
