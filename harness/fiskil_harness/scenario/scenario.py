"""Scenarios and plans: a named sequence of steps, the probes that judge it, and the practices it bears on.

A plan is a scenario without a file: the same class, the same JSON form, the same driver.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.renamed import hint
from fiskil_harness.errors import PlanError, UsageError
from fiskil_harness.probes import AnyProbe
from fiskil_harness.probes.practices import refuse_bad_pairs
from fiskil_harness.scenario.steps import AnyStep, written_out

FORMAT = "fiskil-harness/plan/2"
AT = "@"
"""Stands between a scenario's name and the reading that it is tried under."""


class Scenario(Struct, frozen=True, kw_only=True):
    """A sequence of steps around one end user, and what is asked about it afterwards.

    ``interpretations`` maps clauses of the contract to the choice that applies in this scenario, over those of the config.
    """

    practices: tuple[str, ...]
    steps: tuple[AnyStep, ...]
    probes: tuple[AnyProbe, ...]
    end_user: str = "rosa"
    interpretations: dict[str, str] = {}
    name: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        """Write out composite steps, so that plans, reports and the journal show each step by itself."""
        msgspec.structs.force_setattr(self, "steps", written_out(self.steps))

    def check(self) -> "Scenario":
        """Refuse what cannot work, before a socket opens; return the scenario itself.

        Raises:
            UsageError: An unknown end user, route, dataset, practice or reading, or a probe that a practice does not allow.
        """
        catalog.person(self.end_user)
        Interpretations(self.interpretations)
        for step in self.steps:
            step.check()
        refuse_bad_pairs(self.name, self.practices, self.probes)
        return self

    @property
    def base_name(self) -> str:
        """Its name without the reading that it is tried under."""
        return self.name.partition(AT)[0]

    @property
    def needs(self) -> tuple[str, ...]:
        """Every hook that a step or a probe cannot do without, sorted."""
        return tuple(sorted({hook for step in (*self.steps, *self.probes) for hook in step.needs}))


class SavedPlan(Struct, frozen=True, kw_only=True):
    """A plan file."""

    format: str
    seed: int
    scenario: Scenario


class _Head(Struct, frozen=True, kw_only=True):
    """The part of a plan file that every version has."""

    format: str
    scenario: dict[str, Any] = {}


def load(name: str) -> Scenario:
    """The checked scenario called *name*; its title is the first line of its file."""
    return titled(catalog.scenario_path(name))


def titled(path: Path) -> Scenario:
    """The checked scenario of a file that ships; it is called as the file, and its title is the file's first line."""
    value = catalog.load_scenario_file(path)
    if not isinstance(value, Scenario):
        raise UsageError(f"SCENARIO of {path.name} is a {type(value).__name__}, not a Scenario.")
    return msgspec.structs.replace(value, name=path.stem, title=value.title or _first_line(path)).check()


def load_all() -> list[Scenario]:
    """Every scenario that ships and runs by itself, by name."""
    return [load(name) for name in catalog.scenario_names()]


def dump_plan(scenario: Scenario, *, seed: int) -> str:
    """The JSON of a plan file."""
    plan = SavedPlan(format=FORMAT, seed=seed, scenario=scenario)
    return msgspec.json.format(msgspec.json.encode(plan), indent=2).decode() + "\n"


def read_plan(path: Path) -> SavedPlan:
    """Read a plan file.

    Raises:
        PlanError: It cannot be read, is no JSON, or is no plan.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PlanError(f"The plan {str(path)!r} cannot be read: {error.strerror}.") from None
    try:
        head = msgspec.json.decode(raw, type=_Head, strict=True)
        if head.format != FORMAT:
            raise PlanError(f"{path.name} has format {head.format!r}; this version reads {FORMAT!r}.{_renamed(head)}")
        plan = msgspec.json.decode(raw, type=SavedPlan, strict=True)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error).replace("`", "'")
        invalid = re.match(r"Invalid value '(\w+)'", reason)
        now = invalid and (hint("steps", invalid[1]) or hint("probes", invalid[1]) or hint("faults", invalid[1]))
        advice = now or " Plans are written by `run --save` and by failing plans."
        raise PlanError(f"{path.name} is no plan: {reason}.{advice}") from None
    if plan.seed < 0:
        raise PlanError(f"{path.name} has the seed {plan.seed}; seeds count from 0.")
    plan.scenario.check()
    return plan


def _renamed(head: _Head) -> str:
    """Return what the first renamed step of an older plan is called now, as a sentence; "" if none was renamed."""
    steps = head.scenario.get("steps")
    names = [step.get("type") for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
    return next((text for name in names if isinstance(name, str) and (text := hint("steps", name))), "")


def _first_line(path: Path) -> str:
    import ast

    text = path.read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]


def to_builtins(scenario: Scenario) -> Any:
    """The scenario as plain JSON values."""
    return msgspec.to_builtins(scenario)
