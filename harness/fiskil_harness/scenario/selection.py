"""From what somebody typed to scenarios: names, patterns, scenario files and plan files."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.scenario.scenario import Scenario, load, load_all, read_plan
from fiskil_harness.scenario.steps import RunGeneratedPlans

FILES = (".py", ".json")
"""What names of files end with: a scenario's, and a plan's."""

Phase = Literal["direct", "random", "all"]


def select(names: Iterable[str]) -> list[Scenario]:
    """Every scenario that *names* mean, each once, by name.

    A name may be a pattern (``webhook_*``), the path of a scenario file (``mine.py``), or of a plan (``plan.json``).

    Raises:
        UnknownName: A name or pattern that means nothing.
        UsageError: Two files bring different scenarios of one name.
    """
    return select_from(names)[0]


def select_from(names: Iterable[str]) -> tuple[list[Scenario], dict[str, str]]:
    """What ``select`` gives, and of every scenario that stands in a file the path as typed, by the scenario's name."""
    found: dict[str, Scenario] = {}
    paths: dict[str, str] = {}
    for name in names:
        for scenario in _meant(name):
            if found.setdefault(scenario.name, scenario) != scenario:
                raise UsageError(f"Two different scenarios are called {scenario.name!r}. Rename one of the files.")
            if name.endswith(FILES):
                paths.setdefault(scenario.name, name)
    return [found[name] for name in sorted(found)], paths


def about_receivers(phase: Phase = "all", *, is_heavy: bool = False) -> list[Scenario]:
    """Every scenario about a webhook receiver: named deliveries in the direct phase, drawn plans in the random one.

    What costs bytes or time belongs to the direct phase only where it *is_heavy*.
    """
    heavy = [load(name) for name in catalog.opt_in_names() if is_heavy]
    known = {
        "direct": [*(scenario for scenario in load_all() if scenario.name.startswith("webhook_")), *heavy],
        "random": [scenario for scenario in load_all() if is_explored(scenario) and not is_of_life_plans(scenario)],
    }
    return known["direct"] + known["random"] if phase == "all" else known[phase]


def is_explored(scenario: Scenario) -> bool:
    """Whether its plans are drawn."""
    return any(isinstance(step, RunGeneratedPlans) for step in scenario.steps)


def is_of_life_plans(scenario: Scenario) -> bool:
    """Whether those are whole lives, of which a mere receiver of webhooks sees little."""
    return any(isinstance(step, RunGeneratedPlans) and step.kind == "lives" for step in scenario.steps)


def with_plans(scenarios: Iterable[Scenario], count: int | None, shrink_s: float | None = None) -> list[Scenario]:
    """The scenarios, with *count* plans where plans are drawn and *shrink_s* to cut one down; None leaves it as it is."""
    changes = {name: value for name, value in (("plans", count), ("shrink_s", shrink_s)) if value is not None}
    if not changes:
        return list(scenarios)
    return [
        msgspec.structs.replace(
            scenario,
            steps=tuple(
                msgspec.structs.replace(step, **changes) if isinstance(step, RunGeneratedPlans) else step
                for step in scenario.steps
            ),
        ).check()
        for scenario in scenarios
    ]


def from_file(path: Path) -> Scenario:
    """The checked scenario of a Python file of the user's own; its name is the file's."""
    value = catalog.load_scenario_file(path)
    if not isinstance(value, Scenario):
        raise UsageError(f"SCENARIO of {path.name} is a {type(value).__name__}, not a Scenario.")
    return _as_plan(msgspec.structs.replace(value, name=value.name or path.stem), path).check()


def from_plan(path: Path) -> Scenario:
    """The checked scenario of a plan file; a plan without a name takes the file's."""
    scenario = read_plan(path).scenario
    return msgspec.structs.replace(scenario, name=scenario.name or path.stem)


def _as_plan(scenario: Scenario, path: Path) -> Scenario:
    """Scenarios travel to their workers as JSON, so only steps, faults and probes that a plan can hold will do."""
    try:
        return msgspec.convert(msgspec.to_builtins(scenario), Scenario)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        reason = str(error).replace("`", "'")
        raise UsageError(
            f"{path.name} holds what no plan can hold: {reason}. See fiskil-harness list steps, faults, probes."
        ) from None


def _meant(name: str) -> list[Scenario]:
    if name.endswith(".py"):
        return [from_file(Path(name))]
    if name.endswith(".json"):
        return [from_plan(Path(name))]
    if name in catalog.opt_in_names():
        return [load(name)]
    known = catalog.scenario_names()
    matching = [text for text in known if fnmatchcase(text, name)]
    if not matching:
        raise UnknownName("scenario", name, known, now=new_name("scenarios", name))
    return [load(text) for text in matching]
