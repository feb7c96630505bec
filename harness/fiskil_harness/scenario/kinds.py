"""The kinds of situations that scenarios cause, each with its source: what happens, what can happen, and what must not.

The table is ``fixtures/kinds.toml``. Every finding of a scenario has the scenario's kind.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import clauses
from fiskil_harness.core.model.findings import Kind
from fiskil_harness.core.tags import name_of
from fiskil_harness.errors import ConfigError
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.scenario.scenario import Scenario

FILE = "kinds.toml"
KINDS: dict[str, Kind] = {"production": Kind.PRODUCTION, "possible": Kind.POSSIBLE, "defence": Kind.DEFENCE}


class KindRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the table: scenarios, by name or pattern, that have the same kind and the same source."""

    kind: Literal["production", "possible", "defence"]
    source: str
    scenarios: tuple[str, ...]


class Unlawful(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names of the steps and faults by which the provider sends what it must not."""

    steps: tuple[str, ...]
    faults: tuple[str, ...]


class KindTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of the fixture."""

    row: tuple[KindRow, ...]
    defence: Unlawful


@cache
def table() -> KindTable:
    """Return the table of kinds.

    Raises:
        ConfigError: fixtures/kinds.toml does not match its schema.
    """
    try:
        return msgspec.convert(catalog.read_fixture(FILE), KindTable)
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/{FILE} is invalid: {error}.") from None


def rows_of(name: str) -> list[KindRow]:
    """Return the rows of the table that contain the scenario called *name*: one, or none for a scenario of a team."""
    return [row for row in table().row if any(fnmatchcase(name, pattern) for pattern in row.scenarios)]


def kind_of(scenario: Scenario) -> Kind:
    """Return the kind of the situation that *scenario* causes."""
    row = next(iter(rows_of(scenario.base_name)), None)
    if row is not None:
        return KINDS[row.kind]
    return Kind.DEFENCE if is_unlawful(scenario) else Kind.POSSIBLE


def source_of(name: str) -> str:
    """Return the source of the kind of the scenario called *name*: a clause with its page, or a page; "" if none."""
    row = next(iter(rows_of(name)), None)
    return cited(row.source) if row else ""


def cited(source: str) -> str:
    """Return *source* with the page of Fiskil's documentation, if it is a clause: ``token.lifetime: https://...``."""
    clause = clauses().get(source)
    return f"{source}: {clause.source}" if clause else source


def is_unlawful(scenario: Scenario) -> bool:
    """Return whether, in *scenario*, the provider sends what it must not."""
    unlawful = {*table().defence.steps, *table().defence.faults}
    return any(name in unlawful for step in scenario.steps for name in names_in(step))


def with_kind(outcome: Outcome, scenario: Scenario) -> Outcome:
    """Return *outcome* with the kind and its source in each finding."""
    kind, source = kind_of(scenario), source_of(scenario.base_name)
    findings = tuple(msgspec.structs.replace(finding, kind=kind, kind_source=source) for finding in outcome.findings)
    return msgspec.structs.replace(outcome, findings=findings)


def names_in(value: Any) -> Iterator[str]:
    """Yield the names of a step and of the faults in its fields."""
    if isinstance(value, tuple):
        for part in value:
            yield from names_in(part)
    elif isinstance(value, Struct):
        yield name_of(value)
        for field in value.__struct_fields__:
            yield from names_in(getattr(value, field))
