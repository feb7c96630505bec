"""Selects the scenarios of a fast gate, and splits a gate into shards; both use the costs in ``fixtures/costs.toml``.

The cost of a scenario is its duration on the reference app. A fast gate tests each question once, in scenarios that cost
little. A question is a probe that a practice needs, a flow that the app uses according to its config, or an everyday flaw
in ``fixtures/everyday_flaws.toml``. The selection is the same on every machine.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache

from fiskil_harness.core import catalog
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.given import is_in_config
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import coverage, name_of
from fiskil_harness.probes.practices import Practice, practice
from fiskil_harness.scenario import costs
from fiskil_harness.scenario.app_datasets import fitted_to
from fiskil_harness.scenario.counting import condition
from fiskil_harness.scenario.scenario import Scenario

BUDGET_S = 82.0
"""The total cost, with overhead, up to which a fast gate also tests questions that no practice needs, the cheapest first."""

FLAWS = "everyday_flaws.toml"

OVERHEAD_S = 0.15
"""The cost of a scenario in addition to its steps. It favours few scenarios that test many questions each."""

FLOW, FLAW = "flow", "flaw"
Question = tuple[str, str]
"""A question that a gate tests: a practice and a probe, FLOW and a flow, or FLAW and a flawed app of the gallery."""
Questions = frozenset[Question]


def shortlist(scenarios: Sequence[Scenario], settings: Settings, *, budget_s: float = BUDGET_S) -> list[Scenario]:
    """Return the scenarios of a fast gate: few of *scenarios*, which together test each question, in their given order.

    A scenario whose findings do not count with *settings*, or that does not concern the app, is left out. Up to the total
    cost *budget_s*, questions that no practice needs are tested as well.
    """
    fits = {scenario.name: fitted_to(scenario, settings) for scenario in scenarios}
    scenarios = [each for each in scenarios if not condition(each, settings) and not fits[each.name].outside]
    playable = [scenario for scenario in scenarios if all(is_in_config(settings, hook) for hook in _hooks_of(scenario))]
    flows = frozenset((FLOW, flow) for flow in (*coverage.expected_of(settings.app.facts), *coverage.expected_errors()))
    needed = {
        scenario.name: _questions(fits[scenario.name].scenario, lambda practice: practice.needed) for scenario in scenarios
    }
    everyday = {(FLAW, app) for app in everyday_flaws()}
    questions = {name: of_name | (_flows(name) & flows) | (_flaws(name) & everyday) for name, of_name in needed.items()}
    chosen = _cover([scenario.name for scenario in playable], questions, ())
    # Questions that the config does not allow are included too, so that the report names the missing hooks.
    chosen = _cover([scenario.name for scenario in scenarios], needed, chosen)
    allowed = {
        scenario.name: _questions(fits[scenario.name].scenario, lambda practice: practice.probes) | _flaws(scenario.name)
        for scenario in scenarios
    }
    chosen = _within_budget([scenario.name for scenario in playable], allowed, chosen, budget_s)
    return [scenario for scenario in scenarios if scenario.name in chosen]


def _hooks_of(scenario: Scenario) -> set[str]:
    """Return the hooks with which every probe of *scenario* can judge."""
    return {*scenario.needs, *(hook for probe in scenario.probes for hook in probe.needs)}


@cache
def everyday_flaws() -> Collection[str]:
    """Return the names of flawed gallery apps that a fast gate catches if the config has the hooks of their scenarios."""
    return tuple(catalog.read_fixture(FLAWS)["flaws"])


def scenarios_of_shard(scenarios: Sequence[Scenario], number: int, count: int) -> list[Scenario]:
    """Return the scenarios of shard *number* of *count*, counted from 1.

    Every scenario is in exactly one shard, and all shards cost about the same.
    """
    sums = [0.0] * count
    mine: set[str] = set()
    for scenario in sorted(scenarios, key=lambda scenario: (-costs.cost_s(scenario.name), scenario.name)):
        lightest = sums.index(min(sums))
        sums[lightest] += costs.cost_s(scenario.name) + OVERHEAD_S
        if lightest == number - 1:
            mine.add(scenario.name)
    return [scenario for scenario in scenarios if scenario.name in mine]


def parse_shard(text: str) -> tuple[int, int]:
    """Return number and count of a shard from a text such as ``2/3``.

    Raises:
        UsageError: *text* is not of the form ``2/3``, or the number is not between 1 and the count.
    """
    number, slash, count = text.partition("/")
    if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= 1000):
        raise UsageError(f"--shard must have the form 2/3, the second of three shards, got {text!r}.")
    return int(number), int(count)


def _cover(names: Sequence[str], questions: Mapping[str, Questions], begun: Iterable[str]) -> set[str]:
    """Return *begun* plus as many scenarios of *names* as test all questions, those with most questions per second first."""
    chosen = set(begun)
    covered: set[Question] = set().union(*(questions[name] for name in chosen))
    open_questions = set().union(*(questions[name] for name in names)) - covered
    added: list[str] = []
    while open_questions:
        best = min(
            names, key=lambda name: (-len(questions[name] & open_questions) / (costs.cost_s(name) + OVERHEAD_S), name)
        )
        added.append(best)
        open_questions -= questions[best]
    for name in sorted(added, key=lambda name: (-costs.cost_s(name), name)):
        others = [questions[other] for other in {*chosen, *added} if other != name]
        if questions[name] <= set().union(*others):
            added.remove(name)
    return chosen | set(added)


def _within_budget(
    names: Sequence[str], questions: Mapping[str, Questions], begun: Iterable[str], budget_s: float
) -> set[str]:
    chosen = set(begun)
    covered: set[Question] = set().union(*(questions[name] for name in chosen))
    # A scenario that cannot be played costs nothing.
    spent_s = sum(costs.cost_s(name) + OVERHEAD_S for name in chosen.intersection(names))
    for name in sorted(names, key=lambda name: (costs.cost_s(name), name)):
        cost_s = costs.cost_s(name) + OVERHEAD_S
        if questions[name] - covered and spent_s + cost_s <= budget_s:
            chosen.add(name)
            covered |= questions[name]
            spent_s += cost_s
    return chosen


def _flows(name: str) -> Questions:
    return frozenset((FLOW, flow) for flow in costs.flows_of(name))


def _flaws(name: str) -> Questions:
    """Return the flawed apps of the gallery whose entries name the scenario called *name*."""
    apps = gallery.apps().values()
    return frozenset((FLAW, app.name) for app in apps if app.collection == "flawed" and name in app.scenarios)


def _questions(scenario: Scenario, probes_of: Callable[[Practice], tuple[str, ...]]) -> Questions:
    names = {name_of(probe) for probe in scenario.probes}
    pairs = [(practice_id, probe) for practice_id in scenario.practices for probe in probes_of(practice(practice_id))]
    return frozenset((practice_id, probe) for practice_id, probe in pairs if probe in names)
