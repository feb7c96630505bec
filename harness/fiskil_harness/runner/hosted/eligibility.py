"""Which scenarios can be played before the hosted API: those whose steps need no sandbox, and why the others cannot."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from fiskil_harness.core import catalog
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.faults import NextForeign, RedirectCrossOrigin, RedirectDowngrade
from fiskil_harness.faults.proxy import CONNECTION
from fiskil_harness.scenario.scenario import Scenario, load, titled
from fiskil_harness.scenario.selection import from_file, from_plan
from fiskil_harness.scenario.steps import AnyStep, InjectFault, name_of

PLAYABLE = frozenset(
    {
        "inject_fault",
        "expire_tokens",
        "kill_app",
        "lift_faults",
        "read_monitoring",
        "refresh",
        "restart",
        "wait_until_idle",
        "start_app",
        "stay_idle",
    }
)
"""Steps that touch the app and the relay, and nothing at Fiskil."""
ELSEWHERE = (NextForeign, RedirectCrossOrigin, RedirectDowngrade)
"""Faults that need an origin of ours which nobody has a reason to call."""
THEIRS = "journeys, webhooks and the clock are Fiskil's own there"


@cache
def scenarios() -> dict[str, Scenario]:
    """Every scenario that is made for the hosted API, by name."""
    return {path.stem: titled(path) for path in catalog.hosted_paths()}


def why_unsuitable(scenario: Scenario) -> str:
    """Why *scenario* cannot be played before the hosted API; empty where it can."""
    foreign = sorted({name_of(step) for step in scenario.steps} - PLAYABLE)
    if foreign:
        return f"{', '.join(foreign[:3])}{' and more' if foreign[3:] else ''} cannot be had: {THEIRS}"
    if scenario.interpretations:
        return "it chooses interpretations, and the hosted API reads its clauses as it does"
    return next((why for step in scenario.steps if (why := _why_not(step))), "")


def select(names: Iterable[str]) -> tuple[list[Scenario], list[str]]:
    """The suitable scenarios that *names* mean, by name, and a line for each that is not.

    A name may be a pattern, or the path of a scenario file or a plan.

    Raises:
        UnknownName: A name or pattern that means nothing.
        UsageError: None of what was named is suitable.
    """
    found: dict[str, Scenario] = {}
    for name in names:
        found |= {scenario.name: scenario for scenario in _meant(name)}
    lines = [f"{name}: {why}" for name, scenario in sorted(found.items()) if (why := why_unsuitable(scenario))]
    suitable = [scenario for _, scenario in sorted(found.items()) if not why_unsuitable(scenario)]
    if not suitable:
        raise UsageError(f"Nothing of that can be played with --api hosted. {lines[0]}. Suitable: {', '.join(scenarios())}.")
    return suitable, lines


def left_out() -> list[str]:
    """What a gate leaves out of the sandbox's scenarios, in words."""
    return [f"{len(catalog.scenario_names())} scenarios of the local Fiskil: {THEIRS}"]


def _meant(name: str) -> list[Scenario]:
    if name.endswith(".py"):
        return [from_file(Path(name))]
    if name.endswith(".json"):
        return [from_plan(Path(name))]
    own = [scenario for scenario in scenarios().values() if fnmatchcase(scenario.name, name)]
    others = [load(scenario_name) for scenario_name in catalog.scenario_names() if fnmatchcase(scenario_name, name)]
    if not own and not others:
        raise UnknownName("scenario for the hosted API", name, scenarios())
    return own + others


def _why_not(step: AnyStep) -> str:
    if not isinstance(step, InjectFault):
        twin = getattr(step, "twin", "")
        return "there is one end user alone" if twin else ""
    words = type(step.fault).__name__
    if step.fault.needs_world or isinstance(step.fault, ELSEWHERE):
        return f"{words} needs the sandbox"
    if step.route == CONNECTION or step.fault.where == "connection":
        return f"{words} meets connections, and the relay breaks exchanges only"
    if step.from_event or step.until_event:
        return f"{words} waits for an event, and {THEIRS}"
    return ""
