"""A gate in parts: together they are judged as one, and what does not belong together is refused."""

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from fiskil_harness.core.config import GateSettings, Settings
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.fast_selection import share
from fiskil_harness.gate.judgement import Decision, GateResult, Run, Share, exit_code, judge
from fiskil_harness.gate.saved_reports import read
from fiskil_harness.gate.shards import Plan, Shard, check, judge_share, merged, missing, plan
from fiskil_harness.probes import Finding, Verdict, name_of
from fiskil_harness.probes.outcome import Measure, Outcome
from fiskil_harness.scenario.scenario import Scenario

TODAY = datetime.date(2026, 6, 1)
SETTINGS = Settings(gate=GateSettings(interpretations=("token.lifetime",)))
RUN = Run(
    command="gate",
    began_at="2026-06-01T00:00:00Z",
    took_s=1,
    workers=1,
    config="fiskil-harness.toml",
    harness="1",
    python="3",
    platform="x",
    again="again",
    again_for_scenario="again {scenario}",
    digest="d",
)


@cache
def planned() -> Plan:
    """What a fast gate of these settings runs: it is short."""
    return plan(SETTINGS, is_fast=True, is_all_interpretations=False)


def played(scenario: Scenario) -> Outcome:
    """What a correct app makes of it."""
    findings = tuple(Finding(probe=name_of(probe), verdict=Verdict.PASS, observed="seen") for probe in scenario.probes)
    return Outcome(scenario=scenario.name, title="t", practices=scenario.practices, seed=1, findings=findings)


def part(number: int, count: int = 3, **changes: Any) -> Shard:
    """What a shard writes; each scenario with what a correct app makes of it."""
    mine = share(planned().scenarios, number, count)
    judged, made = judge_share(
        [played(scenario) for scenario in mine],
        share=Share(number=number, count=count),
        settings=SETTINGS,
        seed=1,
        today=TODAY,
        is_fast=True,
        left_out=planned().left_out,
    )
    measured = tuple(
        Measure(scenario=scenario.name, took_s=1, coverage_marks=(f"called {scenario.name}",)) for scenario in mine
    )
    whole = GateResult(result=judged, run=replace(RUN, **changes), measured=measured, share=made)
    return Shard(name=f"part{number}.json", whole=whole)


def together(*parts: Shard) -> GateResult:
    """What `merge` makes of them."""
    return merged(parts, settings=SETTINGS, today=TODAY, again="again", again_one="again {scenario}")


def test_parts_are_judged_as_one() -> None:
    """The result is equal to that of a gate in one piece, other interpretations and calls included."""
    met = {f"called {scenario.name}" for scenario in planned().scenarios}
    outcomes = [played(scenario) for scenario in planned().scenarios]

    whole = together(part(2), part(3), part(1))

    one_piece = judge(outcomes, settings=SETTINGS, seed=1, today=TODAY, met=met, is_fast=True, left_out=planned().left_out)
    assert whole.result == one_piece
    assert len(whole.result.interpretation_runs) >= 1
    assert len(whole.measured) == len(outcomes)
    assert whole.share is None


def test_a_part_asks_no_gate_and_says_so() -> None:
    """It ends as its own scenarios end."""
    result = part(2).whole.result

    assert result.decision is Decision.NOT_REQUESTED
    assert result.remarks == ("Part 2 of 3: only `fiskil-harness merge`, with all of them, asks the gate.",)
    assert exit_code(result) == 0
    assert not any("@" in scenario.scenario for scenario in result.scenarios)


def test_a_part_survives_its_file(tmp_path: Path) -> None:
    """As JSON and back."""
    path = tmp_path / "part.json"
    path.write_bytes(msgspec.json.encode(part(1).whole))

    assert read(path) == part(1).whole


def test_without_a_part_it_is_not_the_whole() -> None:
    """The gate stays shut and says why, whatever the others found."""
    parts = [part(1), part(3)]

    assert missing(parts) == "Part 2 of 3 is missing, so this is not the whole, and the gate stays shut."
    assert together(*parts).result.decision is Decision.SHUT
    assert together(*parts).result.remarks[0] == missing(parts)
    assert missing([part(2)]).startswith("Parts 1, 3 of 3 are missing")
    assert missing([part(1), part(2), part(3)]) == ""


def test_an_interrupted_part_interrupts_the_whole() -> None:
    """And a fault of ours in one is one of all."""
    assert together(part(1, was_interrupted=True), part(2), part(3)).exit_code == 130
    assert together(part(1), part(2, faults=2), part(3)).exit_code == 4


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (part(1), "'part1.json' and 'part1.json' are the same share, 1 of 3"),
        (part(2, digest="e"), "'part2.json' is of another gate than 'part1.json': config e, not d"),
        (part(2, harness="2"), "version 2, not 1"),
        (part(2, 4), "of so many shares: 4, not 3"),
        (replace(part(2), whole=replace(part(2).whole, share=None)), "'part2.json' is no part: it was made without --shard"),
        (
            replace(part(2), whole=replace(part(2).whole, result=replace(part(2).whole.result, seed=9))),
            "seed 9, not 1",
        ),
        (
            replace(part(2), whole=replace(part(2).whole, result=replace(part(2).whole.result, is_fast=False))),
            "--fast not given, not given",
        ),
    ],
)
def test_what_does_not_belong_together_is_refused(other: Shard, words: str) -> None:
    """With the file, and what differs."""
    with pytest.raises(UsageError, match=words):
        check([part(1), other], digest="d", harness="1")


def test_parts_of_another_config_or_version_than_at_hand_are_refused() -> None:
    """What is required stands in the config, and what is asked in the version."""
    with pytest.raises(UsageError, match="made with another config than the one at hand"):
        check([part(1)], digest="e", harness="1")
    with pytest.raises(UsageError, match="made with fiskil-harness 1, and this is 2"):
        check([part(1)], digest="d", harness="2")


def test_parts_that_ran_other_scenarios_are_refused() -> None:
    """Two checkouts of one version are not one gate."""
    odd = part(3)
    renamed = replace(odd.whole.result.scenarios[0], scenario="our_own")
    result = replace(odd.whole.result, scenarios=(renamed, *odd.whole.result.scenarios[1:]))

    with pytest.raises(UsageError, match="other scenarios than this installation would: our_own"):
        together(part(1), part(2), replace(odd, whole=replace(odd.whole, result=result)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no report. `fiskil-harness gate --json FILE` writes one"),
        ("\udcff", "is no report"),
        ("{}", "is no report of fiskil-harness"),
        ('{"format": "fiskil-harness/report/0"}', "has the format 'fiskil-harness/report/0'; this version reads"),
        ('{"format": "fiskil-harness/report/1", "result": 3}', "is no (whole )?report|has the format"),
    ],
)
def test_a_file_that_is_no_report_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """One line says what it is and what to do."""
    path = tmp_path / "old.json"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(UsageError, match=words):
        read(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With the reason of the system."""
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read(tmp_path / "none.json")
