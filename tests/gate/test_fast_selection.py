"""A fast gate tests each question once; the split into shards is the same on every machine."""

from pathlib import Path

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.config import Settings, load, parse
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.fast_selection import everyday_flaws, parse_shard, scenarios_of_shard, shortlist
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.shards import plan
from fiskil_harness.probes import coverage, name_of
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario import costs
from fiskil_harness.scenario.scenario import Scenario, load_all

SCENARIOS = load_all()


@pytest.fixture
def reference() -> Settings:
    """Return the reference app's config, which has every hook."""
    return load(folder=catalog.folder("examples") / "reference_app")


def needed_questions(scenarios: list[Scenario]) -> set[tuple[str, str]]:
    """Return each practice with each probe that it needs, if one of *scenarios* has both."""
    return {
        (practice_id, name)
        for scenario in scenarios
        for practice_id in scenario.practices
        for name in map(name_of, scenario.probes)
        if name in all_practices()[practice_id].needed
    }


def test_every_needed_question_is_tested(reference: Settings) -> None:
    """The selection covers every practice and needed probe that all scenarios cover."""
    short = shortlist(SCENARIOS, reference)

    assert needed_questions(short) == needed_questions(SCENARIOS)
    assert len(short) < 0.4 * len(SCENARIOS)


def test_every_flow_that_the_app_uses_is_exercised(reference: Settings) -> None:
    """The selection exercises events, endings and kinds of error that the table of costs lists for some scenario."""
    expected = {*coverage.expected_of(reference.app.facts), *coverage.expected_errors()}
    listed = {flow for scenario in SCENARIOS for flow in costs.flows_of(scenario.name)}

    exercised = {flow for scenario in shortlist(SCENARIOS, reference) for flow in costs.flows_of(scenario.name)}

    assert expected & listed <= exercised


def test_every_everyday_flaw_is_caught(reference: Settings) -> None:
    """For each everyday flaw, the selection contains a scenario that its gallery entry names."""
    chosen = {scenario.name for scenario in shortlist(SCENARIOS, reference)}

    missed = [name for name in everyday_flaws() if not chosen.intersection(gallery.app(name).scenarios)]

    assert missed == []
    assert len(everyday_flaws()) >= 30


def test_a_fast_gate_costs_a_fraction_of_a_whole_one(reference: Settings) -> None:
    """According to the table of costs, a fast gate takes less than a minute with two workers."""
    names = [scenario.name for scenario in shortlist(SCENARIOS, reference)]

    assert costs.wall_s(names, 2) < 60
    assert costs.wall_s(names, 2) < 0.3 * costs.wall_s([scenario.name for scenario in SCENARIOS], 2)


def test_the_same_config_gives_the_same_selection(reference: Settings) -> None:
    """The selection does not depend on the order of the scenarios."""
    assert {scenario.name for scenario in shortlist(SCENARIOS, reference)} == {
        scenario.name for scenario in shortlist(SCENARIOS[::-1], reference)
    }


def test_questions_that_the_config_does_not_allow_are_selected_too(tmp_path: Path) -> None:
    """The report can then name the missing hooks."""
    bare = parse({"app": {"url": "http://127.0.0.1:8000"}}, folder=tmp_path)

    assert needed_questions(shortlist(SCENARIOS, bare)) == needed_questions(SCENARIOS)


def test_a_fast_plan_names_what_it_leaves_out(reference: Settings) -> None:
    """Selected scenarios and left-out ones together are all scenarios."""
    planned = plan(reference, is_fast=True, is_all_interpretations=False)

    assert {*(scenario.name for scenario in planned.scenarios), *planned.left_out} == {
        scenario.name for scenario in SCENARIOS
    }
    assert planned.left_out == tuple(sorted(planned.left_out))


def test_an_interpretation_run_includes_the_scenario_for_comparison(reference: Settings) -> None:
    """Without it, any failure would be attributed to the interpretation."""
    settings = parse(
        {"app": {"url": "http://127.0.0.1:8000"}, "gate": {"interpretations": ["token.lifetime"]}}, folder=Path()
    )

    planned = plan(settings, is_fast=True, is_all_interpretations=False)

    names = {scenario.name for scenario in planned.scenarios}
    assert {name.partition("@")[0] for name in names if "@" in name} <= names
    assert any("@token.lifetime=" in name for name in names)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_every_scenario_is_in_exactly_one_shard(count: int) -> None:
    """The split does not depend on the order of the scenarios."""
    shards = [scenarios_of_shard(SCENARIOS, number, count) for number in range(1, count + 1)]

    names = [scenario.name for shard in shards for scenario in shard]
    reversed_names = [scenario.name for scenario in scenarios_of_shard(SCENARIOS[::-1], 1, count)]
    assert sorted(names) == sorted(scenario.name for scenario in SCENARIOS)
    assert reversed_names == [scenario.name for scenario in shards[0]][::-1]


def test_shards_cost_about_the_same() -> None:
    """The most expensive of three shards costs less than 10 % more than the cheapest."""
    sums = [
        sum(costs.cost_s(scenario.name) for scenario in scenarios_of_shard(SCENARIOS, number, 3)) for number in (1, 2, 3)
    ]

    assert max(sums) - min(sums) < 0.1 * max(sums)


@pytest.mark.parametrize("text", ["", "2", "0/3", "4/3", "1/0", "a/b", "-1/3", "1/2/3", "1/9999"])
def test_an_invalid_shard_is_refused(text: str) -> None:
    """The message contains a valid example."""
    with pytest.raises(UsageError, match="--shard must have the form 2/3"):
        parse_shard(text)


def test_a_shard_is_parsed_as_two_numbers() -> None:
    """The text 2/3 is shard 2 of 3."""
    assert parse_shard("2/3") == (2, 3)
