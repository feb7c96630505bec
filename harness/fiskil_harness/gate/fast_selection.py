"""Which scenarios a fast gate runs, and how a gate is cut into shards: by the table of costs, the same on every machine.

A fast gate asks each question once: for every practice each probe that it needs, in the cheapest scenario that the config
can play, and every flow that the app's team says it uses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.practice_status import is_in_config
from fiskil_harness.probes import coverage, name_of
from fiskil_harness.probes.practices import practice
from fiskil_harness.scenario import costs
from fiskil_harness.scenario.scenario import Scenario

BUDGET_S = 48.0
"""Up to this sum, questions that no practice needs are asked too, the cheapest first."""

OVERHEAD_S = 0.15
"""What a scenario costs beside its steps; it makes few scenarios with many questions better than many with few."""

Question = tuple[str, str]
Questions = frozenset[Question]
Listing = Callable[[str], tuple[str, ...]]


def shortlist(scenarios: Sequence[Scenario], settings: Settings) -> list[Scenario]:
    """Those of *scenarios* that ask each question once, in their order."""
    playable = [scenario for scenario in scenarios if all(is_in_config(settings, hook) for hook in scenario.needs)]
    wanted = frozenset(("flow", text) for text in (*coverage.expected_of(settings.app.facts), *coverage.expected_errors()))
    asked = {scenario.name: _needed(scenario) | (_flows(scenario) & wanted) for scenario in scenarios}
    chosen = _cover([scenario.name for scenario in playable], asked, ())
    # What nothing can ask here is asked all the same, so that the report names the hook it lacks.
    chosen = _cover(
        [scenario.name for scenario in scenarios], {name: _of_practices(one) for name, one in asked.items()}, chosen
    )
    chosen = _within_budget(
        [scenario.name for scenario in playable], {scenario.name: _allowed(scenario) for scenario in scenarios}, chosen
    )
    return [scenario for scenario in scenarios if scenario.name in chosen]


def share(scenarios: Sequence[Scenario], number: int, count: int) -> list[Scenario]:
    """The share *number* of *count*, from 1: every scenario is in one share, and the shares cost about the same."""
    sums = [0.0] * count
    mine: set[str] = set()
    for scenario in sorted(scenarios, key=lambda each: (-costs.cost_s(each.name), each.name)):
        lightest = sums.index(min(sums))
        sums[lightest] += costs.cost_s(scenario.name) + OVERHEAD_S
        if lightest == number - 1:
            mine.add(scenario.name)
    return [scenario for scenario in scenarios if scenario.name in mine]


def shard_of(text: str) -> tuple[int, int]:
    """``2/3`` as numbers.

    Raises:
        UsageError: It is no share of anything.
    """
    number, slash, count = text.partition("/")
    if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= 1000):
        raise UsageError(f"--shard must read like 2/3, the second of three shares, got {text!r}.")
    return int(number), int(count)


def _cover(names: Sequence[str], asked: Mapping[str, Questions], begun: Iterable[str]) -> set[str]:
    """*begun* and as many of *names* as it takes to ask everything, the most questions per second first."""
    chosen = set(begun)
    done: set[Question] = set().union(*(asked[text] for text in chosen))
    left = set().union(*(asked[name] for name in names)) - done
    added: list[str] = []
    while left:
        best = min(names, key=lambda text: (-len(asked[text] & left) / (costs.cost_s(text) + OVERHEAD_S), text))
        added.append(best)
        left -= asked[best]
    for text in sorted(added, key=lambda each: (-costs.cost_s(each), each)):
        others = [asked[each] for each in {*chosen, *added} if each != text]
        if asked[text] <= set().union(*others):
            added.remove(text)
    return chosen | set(added)


def _within_budget(names: Sequence[str], asked: Mapping[str, Questions], begun: Iterable[str]) -> set[str]:
    chosen = set(begun)
    done: set[Question] = set().union(*(asked[text] for text in chosen))
    # What cannot be played costs nothing.
    spent_s = sum(costs.cost_s(text) for text in chosen.intersection(names))
    for name in sorted(names, key=lambda each: (costs.cost_s(each), each)):
        if asked[name] - done and spent_s + costs.cost_s(name) <= BUDGET_S:
            chosen.add(name)
            done |= asked[name]
            spent_s += costs.cost_s(name)
    return chosen


def _needed(one: Scenario) -> Questions:
    return _pairs(one, lambda practice_id: practice(practice_id).needed)


def _allowed(one: Scenario) -> Questions:
    return _pairs(one, lambda practice_id: practice(practice_id).probes)


def _pairs(one: Scenario, listing: Listing) -> Questions:
    names = {name_of(probe) for probe in one.probes}
    return frozenset(
        (practice_id, probe) for practice_id in one.practices for probe in listing(practice_id) if probe in names
    )


def _flows(one: Scenario) -> Questions:
    return frozenset(("flow", flow) for flow in costs.flows_of(one.name))


def _of_practices(asked: Questions) -> Questions:
    return frozenset(question for question in asked if question[0] != "flow")
