"""Scenarios and plans: a named sequence of steps, the probes that judge it, and the practices it counts for.

A plan is a scenario without a Python file: it has the same class and JSON format, and the same driver runs it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog, plugins, route_grid
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.config.hooks import EFFECTS, HOOKS
from fiskil_harness.core.printable import has_unprintable
from fiskil_harness.core.renamed import hint
from fiskil_harness.errors import ConfigError, PlanError, UnknownName, UsageError
from fiskil_harness.journal import PlanKind
from fiskil_harness.probes import AnyProbe, SurvivesEveryPlan
from fiskil_harness.probes.practices import refuse_bad_pairs
from fiskil_harness.scenario.steps import AnyStep, step_text, written_out
from fiskil_harness.scenario.steps.step import refuse_outside

FORMAT = "fiskil-harness/plan/2"
PLANS, MOST_PLANS = 15, 1000
"""The default and the largest number of plans of a generated scenario."""
SHRINK_S, LONGEST_SHRINK_S = 60.0, 3600.0
"""The default and the longest time for shrinking a failing plan, in real seconds."""
INTERPRETATION_SEPARATOR = "@"
"""Separates a scenario's name from the interpretation under which it runs."""


class Scenario(Struct, frozen=True, kw_only=True):
    """A sequence of steps with one end user, and the probes that judge its journal.

    Args:
        practices: Ids of the practices that the findings count for.
        steps: The steps, in the order in which they happen.
        probes: The probes that examine the journal after the last step.
        end_user: Name of a person in ``fixtures/end_users``.
        interpretations: For clauses that Fiskil's documentation leaves open: the interpretation that applies in this
            scenario, by clause id. Takes precedence over the config.
        only_with: Hooks without which the scenario does not concern an app, such as ``app.drive.refresh``. Other hooks that
            are missing leave the practices unproven.
        name: The scenario's file name without its suffix; set by ``load``.
        title: One sentence; set by ``load`` to the first line of the file.
    """

    practices: tuple[str, ...]
    steps: tuple[AnyStep, ...]
    probes: tuple[AnyProbe, ...]
    end_user: str = "rosa"
    interpretations: dict[str, str] = {}
    only_with: tuple[str, ...] = ()
    name: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        """Replace each composite step by the steps that it stands for, so that plans, reports and the journal show these.

        Raises:
            TypeError: *steps* is not a tuple, for example a single step in parentheses without a comma.
        """
        if not isinstance(self.steps, tuple):
            raise TypeError(f"steps must be a tuple, such as (steps.Connect(),); got {type(self.steps).__name__}")
        msgspec.structs.force_setattr(self, "steps", written_out(self.steps))

    def check(self) -> "Scenario":
        """Validate the scenario before a socket opens, and return it.

        Raises:
            UsageError: An end user, route, dataset, practice, hook or interpretation is unknown, an argument of a step is
                invalid, or a practice does not allow a probe.
        """
        for hook in self.only_with:
            if hook not in HOOKS:
                raise UnknownName("hook", hook, HOOKS)
        catalog.person(self.end_user)
        Interpretations(self.interpretations)
        for step in self.steps:
            step.check()
        refuse_bad_pairs(self.name, self.practices, self.probes)
        return self

    @property
    def step_texts(self) -> tuple[str, ...]:
        """The steps as texts for reports and for the progress of a run."""
        return tuple(step_text(step) for step in self.steps)

    @property
    def base_name(self) -> str:
        """The name without the interpretation under which the scenario runs."""
        return self.name.partition(INTERPRETATION_SEPARATOR)[0]

    @property
    def needs(self) -> tuple[str, ...]:
        """The hooks without which the scenario does not run, sorted: those of its steps and probes.

        Without the effects hook a scenario runs nevertheless if one of its probes judges responses.
        """
        of_steps = {hook for step in self.steps for hook in step.needs}
        of_probes = {hook for probe in self.probes for hook in probe.needs}
        if any(probe.judges_responses for probe in self.probes):
            of_probes.discard(EFFECTS)
        return tuple(sorted(of_steps | of_probes))


class GeneratedScenario(Scenario, frozen=True, kw_only=True):
    """A scenario without fixed steps: different plans (random sequences of steps) of one kind run, each with new end users.

    The result of each plan is a ``PlanRun`` entry in the journal. Needs ``app.observe.effects``.

    Args:
        kind: "deliveries" repeats messages; "order" also changes the order of one end user's messages; "forgeries" adds
            requests that Fiskil did not send; "everything" combines these and more; "life_plans" generates everything that
            happens to one end user.
        plans: Number of plans, from 1 to 1,000.
        shrink_s: Real seconds for shrinking the first plan that fails, from 0 to 3,600.
    """

    kind: PlanKind
    plans: int = PLANS
    shrink_s: float = SHRINK_S
    steps: tuple[AnyStep, ...] = ()
    probes: tuple[AnyProbe, ...] = (SurvivesEveryPlan(),)

    def check(self) -> "GeneratedScenario":
        """Validate the scenario before a socket opens, and return it.

        Raises:
            UnknownName: *kind* is unknown.
            UsageError: An argument is out of range, or an interpretation or practice is unknown.
        """
        if self.kind not in get_args(PlanKind):
            raise UnknownName("kind of plan", self.kind, get_args(PlanKind))
        refuse_outside(self, "plans", 1, MOST_PLANS)
        refuse_outside(self, "shrink_s", 0.0, LONGEST_SHRINK_S)
        if self.steps or self.probes != (SurvivesEveryPlan(),):
            raise ConfigError("GeneratedScenario: each plan has its own steps and probes. Leave out steps and probes.")
        super().check()
        return self

    @property
    def step_texts(self) -> tuple[str, ...]:
        """One text: the kind of plans, and the limits that differ from their defaults."""
        limits = [f"plans {self.plans}"] if self.plans != PLANS else []
        limits += [f"shrink s {self.shrink_s}"] if self.shrink_s != SHRINK_S else []
        return (f"run generated plans {self.kind}" + (f" ({', '.join(limits)})" if limits else ""),)


class SavedPlan(Struct, frozen=True, kw_only=True):
    """The content of a plan file: a scenario, and the seed with which it ran."""

    format: str
    seed: int
    scenario: Scenario


class _SavedGeneratedScenario(SavedPlan, frozen=True, kw_only=True):
    """The content of a plan file whose scenario generates plans."""

    scenario: GeneratedScenario


class _Head(Struct, frozen=True, kw_only=True):
    """The fields of a plan file that every version of the format has."""

    format: str
    scenario: dict[str, Any] = {}


def load(name: str) -> Scenario:
    """Return the validated scenario called *name*; its title is the first line of its file.

    A name such as ``refresh.banking.accounts.stalls.foreground`` needs no file: the scenario is built of the name's parts.

    Raises:
        UnknownName: No scenario has this name.
        UsageError: The scenario is invalid.
    """
    cell = route_grid.parse(name)
    if cell is not None:
        from fiskil_harness.scenario.route_grid import build

        return build(cell).check()
    scenario = load_file(catalog.scenario_path(name))
    plugin = plugins.origin_of("scenario", name)
    if plugin and not scenario.practices:
        raise ConfigError(
            f"Plugin {plugin!r}: the scenario {name!r} names no practices, so a gate would ignore it. "
            "`fiskil-harness list practices` shows the ids."
        )
    return scenario


def load_file(path: Path) -> Scenario:
    """Return the validated scenario of a file that ships with the harness.

    The scenario's name is the file name without its suffix; its title is the first line of the file's docstring.

    Raises:
        UsageError: ``SCENARIO`` of the file is not a Scenario, or is invalid.
    """
    value = catalog.load_scenario_file(path)
    if not isinstance(value, Scenario):
        raise UsageError(f"SCENARIO of {path.name} is a {type(value).__name__}, not a Scenario.")
    return msgspec.structs.replace(value, name=path.stem, title=value.title or catalog.title_of(path)).check()


def load_all() -> list[Scenario]:
    """Return the scenarios that ship with the harness, ordered by name, except those that run only on request."""
    return [load(name) for name in catalog.scenario_names()]


def dump_plan(scenario: Scenario, *, seed: int) -> str:
    """Return the text of a plan file for *scenario*, as JSON."""
    plan = SavedPlan(format=FORMAT, seed=seed, scenario=scenario)
    return msgspec.json.format(msgspec.json.encode(plan), indent=2).decode() + "\n"


def read_plan(path: Path) -> SavedPlan:
    """Return the validated content of a plan file.

    Raises:
        PlanError: The file cannot be read, is not JSON, has another format version, or does not contain a plan.
        UsageError: The plan's scenario is invalid.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PlanError(f"The plan {str(path)!r} cannot be read: {error.strerror}.") from None
    try:
        head = msgspec.json.decode(raw, type=_Head, strict=True)
        if head.format != FORMAT:
            raise PlanError(f"{path.name} has format {head.format!r}; this version reads {FORMAT!r}.{_renamed(head)}")
        kind = _SavedGeneratedScenario if "kind" in head.scenario else SavedPlan
        plan = plugins.decode(raw, kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error).replace("`", "'")
        invalid = re.match(r"Invalid value '(\w+)'", reason)
        renamed = invalid and (hint("steps", invalid[1]) or hint("probes", invalid[1]) or hint("faults", invalid[1]))
        own = " A name of your own needs its plugin in the config." if invalid else ""
        advice = renamed or own or " `run --save` and generated plans that fail write plan files."
        raise PlanError(f"{path.name} is no plan: {reason}.{advice}") from None
    if plan.seed < 0:
        raise PlanError(f"{path.name} has the seed {plan.seed}; a seed is 0 or greater.")
    hidden = next(filter(has_unprintable, _texts(msgspec.json.decode(raw))), None)
    if hidden is not None:
        raise PlanError(f"{path.name} contains {hidden[:80]!a}; the texts of a plan have no control characters.")
    plan.scenario.check()
    return plan


def _texts(node: Any) -> Iterator[str]:
    """Yield every text in a JSON value, the names of its fields too."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        yield from node
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _renamed(head: _Head) -> str:
    """Return a sentence with the new name of the first renamed step in an older plan; "" if no step was renamed."""
    steps = head.scenario.get("steps")
    names = [step.get("type") for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
    return next((text for name in names if isinstance(name, str) and (text := hint("steps", name))), "")
