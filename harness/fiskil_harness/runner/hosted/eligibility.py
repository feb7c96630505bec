"""Selects the scenarios that can run against the hosted API: those whose steps do not need the sandbox."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from fiskil_harness.core import catalog
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.faults.connection_fault import ConnectionFault
from fiskil_harness.scenario.scenario import Scenario, load, load_file
from fiskil_harness.scenario.selection import from_file, from_plan, is_generated
from fiskil_harness.scenario.steps import AnyStep, InjectFault, name_of

CONTROLLED_BY_FISKIL = "journeys, webhooks and the clock of the hosted API are controlled by Fiskil"


@cache
def scenarios() -> dict[str, Scenario]:
    """Return every scenario that is made for the hosted API, by name."""
    return {path.stem: load_file(path) for path in catalog.hosted_paths()}


def why_unsuitable(scenario: Scenario) -> str:
    """Return why *scenario* cannot run against the hosted API; "" if it can."""
    if is_generated(scenario):
        return f"generated plans are not possible: {CONTROLLED_BY_FISKIL}"
    impossible = sorted({name_of(step) for step in scenario.steps if step.needs_sandbox})
    if impossible:
        names = f"{', '.join(impossible[:3])}{' and more' if impossible[3:] else ''}"
        subject = f"the steps {names} are" if impossible[1:] else f"the step {names} is"
        return f"{subject} not possible: {CONTROLLED_BY_FISKIL}"
    if scenario.interpretations:
        return "it chooses interpretations, but the hosted API has its own"
    return next((reason for step in scenario.steps if (reason := _why_impossible(step))), "")


def select(names: Iterable[str]) -> tuple[list[Scenario], list[str]]:
    """Return the suitable scenarios among *names*, sorted by name, and a line with the reason for each unsuitable one.

    Args:
        names: Names or patterns, or paths of scenario files (``.py``) or plans (``.json``).

    Raises:
        UnknownName: A name or pattern matches no scenario.
        UsageError: No named scenario is suitable, or a file is not a valid scenario.
    """
    named: dict[str, Scenario] = {}
    for name in names:
        named |= {scenario.name: scenario for scenario in _matching(name)}
    lines = [f"{name}: {reason}" for name, scenario in sorted(named.items()) if (reason := why_unsuitable(scenario))]
    suitable = [scenario for _, scenario in sorted(named.items()) if not why_unsuitable(scenario)]
    if not suitable:
        raise UsageError(
            f"None of these scenarios can run with --api hosted. {lines[0]}. Suitable: {', '.join(scenarios())}."
        )
    return suitable, lines


def left_out() -> list[str]:
    """Return what a hosted gate leaves out, as sentence fragments for the report."""
    return [f"{len(catalog.scenario_names())} scenarios of the local Fiskil: {CONTROLLED_BY_FISKIL}"]


def _matching(name: str) -> list[Scenario]:
    if name.endswith(".py"):
        return [from_file(Path(name))]
    if name.endswith(".json"):
        return [from_plan(Path(name))]
    own = [scenario for scenario in scenarios().values() if fnmatchcase(scenario.name, name)]
    others = [load(scenario_name) for scenario_name in catalog.scenario_names() if fnmatchcase(scenario_name, name)]
    if not own and not others:
        raise UnknownName("scenario for the hosted API", name, scenarios())
    return own + others


def _why_impossible(step: AnyStep) -> str:
    if not isinstance(step, InjectFault):
        twin = getattr(step, "twin", "")
        return "the hosted API has only one end user" if twin else ""
    fault = type(step.fault).__name__
    if step.fault.needs_world:
        return f"{fault} needs the sandbox"
    if isinstance(step.fault, ConnectionFault) and step.fault.needs_tls:
        return f"{fault} needs TLS, but the relay serves plain HTTP"
    if step.from_event or step.until_event:
        return f"{fault} waits for an event, but {CONTROLLED_BY_FISKIL}"
    return ""
