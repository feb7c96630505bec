"""Selection of scenarios on the command line: by name, pattern, scenario file or plan file."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

from fiskil_harness.core import catalog, plugins, route_grid
from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario, load, load_all, read_plan

FILES = (".py", ".json")
"""Suffixes of scenario files and plan files."""

Phase = Literal["direct", "random", "all"]


def select(names: Iterable[str]) -> list[Scenario]:
    """Return every scenario that *names* select, each once, ordered by name.

    Args:
        names: Names, patterns (``webhook_*``), paths of scenario files (``mine.py``) or of plan files (``plan.json``).

    Raises:
        UnknownName: A name or pattern selects nothing.
        UsageError: Two files contain different scenarios with the same name, or a scenario is invalid.
    """
    return select_from(names)[0]


def select_from(names: Iterable[str]) -> tuple[list[Scenario], dict[str, str]]:
    """Return what ``select`` returns, and the path of each scenario that comes from a file, by the scenario's name.

    Raises:
        UnknownName: A name or pattern selects nothing.
        UsageError: Two files contain different scenarios with the same name, or a scenario is invalid.
    """
    scenarios: dict[str, Scenario] = {}
    paths: dict[str, str] = {}
    for name in names:
        for scenario in _matching(name):
            if scenarios.setdefault(scenario.name, scenario) != scenario:
                raise UsageError(f"Two different scenarios are called {scenario.name!r}. Rename one of the files.")
            if name.endswith(FILES):
                paths.setdefault(scenario.name, name)
    return [scenarios[name] for name in sorted(scenarios)], paths


def receiver_scenarios(phase: Phase = "all", *, is_heavy: bool = False) -> list[Scenario]:
    """Return every scenario about a webhook receiver.

    Args:
        phase: "direct" for handwritten scenarios, "random" for those with generated plans, "all" for both.
        is_heavy: Adds to the direct phase the scenarios that send large or slow requests.
    """
    heavy = [load(name) for name in catalog.opt_in_names() if is_heavy]
    by_phase = {
        "direct": [*(scenario for scenario in load_all() if scenario.name.startswith("webhook_")), *heavy],
        "random": [scenario for scenario in load_all() if is_generated(scenario) and not has_life_plans(scenario)],
    }
    return by_phase["direct"] + by_phase["random"] if phase == "all" else by_phase[phase]


def is_generated(scenario: Scenario) -> bool:
    """Return true if the scenario runs generated plans."""
    return isinstance(scenario, GeneratedScenario)


def has_life_plans(scenario: Scenario) -> bool:
    """Return true if the scenario runs generated life plans, which mostly test an API client, not a webhook receiver."""
    return isinstance(scenario, GeneratedScenario) and scenario.kind == "life_plans"


def with_plans(scenarios: Iterable[Scenario], count: int | None, shrink_s: float | None = None) -> list[Scenario]:
    """Return the scenarios with other limits for generated plans.

    Args:
        count: Number of plans; None leaves it unchanged.
        shrink_s: Real seconds for shrinking a failing plan; None leaves it unchanged.

    Raises:
        ConfigError: *count* or *shrink_s* is out of range.
    """
    changes = {name: value for name, value in (("plans", count), ("shrink_s", shrink_s)) if value is not None}
    if not changes:
        return list(scenarios)
    return [
        msgspec.structs.replace(scenario, **changes).check() if is_generated(scenario) else scenario
        for scenario in scenarios
    ]


def from_file(path: Path) -> Scenario:
    """Return the validated scenario of a user's Python file. A scenario without a name gets the file's name.

    Raises:
        UsageError: ``SCENARIO`` of the file is not a Scenario, cannot be saved as a plan, or is invalid.
    """
    value = catalog.load_scenario_file(path)
    if not isinstance(value, Scenario):
        raise UsageError(f"SCENARIO of {path.name} is a {type(value).__name__}, not a Scenario.")
    return _as_plan(msgspec.structs.replace(value, name=value.name or path.stem), path).check()


def from_plan(path: Path) -> Scenario:
    """Return the validated scenario of a plan file. A scenario without a name gets the file's name.

    Raises:
        PlanError: The file cannot be read or is no plan.
        UsageError: The plan's scenario is invalid.
    """
    scenario = read_plan(path).scenario
    return msgspec.structs.replace(scenario, name=scenario.name or path.stem)


def _as_plan(scenario: Scenario, path: Path) -> Scenario:
    """Return *scenario* converted to JSON values and back, because worker processes receive scenarios as JSON.

    Raises:
        UsageError: A step, fault or probe cannot be converted to JSON.
    """
    try:
        return plugins.convert(msgspec.to_builtins(scenario), type(scenario))
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        reason = str(error).replace("`", "'")
        raise UsageError(
            f"The scenario of {path.name} cannot be saved as a plan: {reason}. "
            "Use the steps, faults and probes of `fiskil-harness list steps`, `list faults` and `list probes`. "
            "A plugin can register your own; docs/extending.md shows how."
        ) from None


def _matching(name: str) -> list[Scenario]:
    if name.endswith(".py"):
        return [from_file(Path(name))]
    if name.endswith(".json"):
        return [from_plan(Path(name))]
    if name in catalog.opt_in_names() or route_grid.parse(name) is not None:
        return [load(name)]
    scenario_names = catalog.scenario_names()
    matches = [scenario_name for scenario_name in scenario_names if fnmatchcase(scenario_name, name)]
    if not matches:
        raise UnknownName("scenario", name, scenario_names, now=new_name("scenarios", name))
    return [load(scenario_name) for scenario_name in matches]
