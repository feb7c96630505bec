"""The shortlist of a fast gate asks each question once; shards are cut alike on every machine."""

from pathlib import Path

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.config import Settings, load, parse
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.fast_selection import shard_of, share, shortlist
from fiskil_harness.gate.shards import plan
from fiskil_harness.probes import coverage, name_of
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario import costs
from fiskil_harness.scenario.scenario import Scenario, load_all

EVERY = load_all()


@pytest.fixture
def reference() -> Settings:
    """The reference app's config, which has every hook."""
    return load(folder=catalog.folder("examples") / "reference_app")


def asked(scenarios: list[Scenario]) -> set[tuple[str, str]]:
    """Every practice with every probe that it needs and that some scenario asks for it."""
    return {
        (practice_id, name)
        for scenario in scenarios
        for practice_id in scenario.practices
        for name in map(name_of, scenario.probes)
        if name in all_practices()[practice_id].needed
    }


def test_every_needed_question_is_asked(reference: Settings) -> None:
    """What all scenarios ask of a practice's needs, the short list asks too."""
    short = shortlist(EVERY, reference)

    assert asked(short) == asked(EVERY)
    assert len(short) < 0.4 * len(EVERY)


def test_every_flow_that_the_app_uses_is_exercised(reference: Settings) -> None:
    """Events and endings and kinds of error, as far as the table of costs knows who exercises them."""
    wanted = {*coverage.expected_of(reference.app.facts), *coverage.expected_errors()}
    known = {flow for scenario in EVERY for flow in costs.flows_of(scenario.name)}

    exercised = {flow for scenario in shortlist(EVERY, reference) for flow in costs.flows_of(scenario.name)}

    assert wanted & known <= exercised


def test_a_fast_gate_costs_a_fraction(reference: Settings) -> None:
    """Shared out to two workers it stays within a minute, by the table."""
    names = [scenario.name for scenario in shortlist(EVERY, reference)]

    assert costs.wall_s(names, 2) < 60
    assert costs.wall_s(names, 2) < 0.3 * costs.wall_s([scenario.name for scenario in EVERY], 2)


def test_the_same_config_gives_the_same_list(reference: Settings) -> None:
    """In whatever order the scenarios come."""
    assert {scenario.name for scenario in shortlist(EVERY, reference)} == {
        scenario.name for scenario in shortlist(EVERY[::-1], reference)
    }


def test_what_the_config_cannot_play_is_asked_where_nothing_else_asks(tmp_path: Path) -> None:
    """So that the report names the hook; what can be played is asked in scenarios that can."""
    bare = parse({"app": {"url": "http://127.0.0.1:8000"}}, folder=tmp_path)

    assert asked(shortlist(EVERY, bare)) == asked(EVERY)


def test_a_fast_plan_names_what_it_leaves_out(reference: Settings) -> None:
    """Together they are everything."""
    planned = plan(reference, is_fast=True, is_all_interpretations=False)

    assert {*(scenario.name for scenario in planned.scenarios), *planned.left_out} == {scenario.name for scenario in EVERY}
    assert planned.left_out == tuple(sorted(planned.left_out))


def test_a_required_reading_brings_the_scenario_that_it_is_compared_with(reference: Settings) -> None:
    """Without it, whatever fails would look as if the reading had broken it."""
    demanding = parse(
        {"app": {"url": "http://127.0.0.1:8000"}, "gate": {"interpretations": ["token.lifetime"]}}, folder=Path()
    )

    planned = plan(demanding, is_fast=True, is_all_interpretations=False)

    names = {scenario.name for scenario in planned.scenarios}
    assert {name.partition("@")[0] for name in names if "@" in name} <= names
    assert any("@token.lifetime=" in name for name in names)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shares_are_the_whole_and_no_scenario_is_in_two(count: int) -> None:
    """Whoever cuts, and in whatever order."""
    shares = [share(EVERY, number, count) for number in range(1, count + 1)]

    names = [scenario.name for each in shares for scenario in each]
    assert sorted(names) == sorted(scenario.name for scenario in EVERY)
    assert [scenario.name for scenario in share(EVERY[::-1], 1, count)] == [share.name for share in shares[0]][::-1]


def test_shares_cost_about_the_same() -> None:
    """Nobody waits long for the last of three."""
    sums = [sum(costs.cost_s(scenario.name) for scenario in share(EVERY, number, 3)) for number in (1, 2, 3)]

    assert max(sums) - min(sums) < 0.1 * max(sums)


@pytest.mark.parametrize("text", ["", "2", "0/3", "4/3", "1/0", "a/b", "-1/3", "1/2/3", "1/9999"])
def test_what_is_no_share_is_refused(text: str) -> None:
    """With an example of one."""
    with pytest.raises(UsageError, match="--shard must read like 2/3"):
        shard_of(text)


def test_a_share_reads_as_two_numbers() -> None:
    """Counted from 1."""
    assert shard_of("2/3") == (2, 3)
