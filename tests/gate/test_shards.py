"""A gate in shards: all shards together give the result of a whole gate, and shards that do not match are refused."""

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from fiskil_harness.core.config import GateSettings, Settings
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.fast_selection import scenarios_of_shard
from fiskil_harness.gate.judgement import Decision, GateResult, Run, Shard, exit_code, is_only_required, judge
from fiskil_harness.gate.saved_reports import read
from fiskil_harness.gate.shards import Plan, ShardReport, check, judge_shard, merged, missing, plan
from fiskil_harness.probes import Finding, Verdict, name_of
from fiskil_harness.probes.outcome import Measure, Outcome
from fiskil_harness.probes.practices import counting_for
from fiskil_harness.scenario.scenario import Scenario, load_all

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
    """Return the plan of a fast gate with these settings."""
    return plan(SETTINGS, is_fast=True, is_all_interpretations=False)


def played(scenario: Scenario) -> Outcome:
    """Return the outcome of *scenario* for a correct app."""
    findings = [Finding(probe=name_of(probe), verdict=Verdict.PASS, observed="seen") for probe in scenario.probes]
    counted = tuple(counting_for(scenario.practices, finding) for finding in findings)
    return Outcome(scenario=scenario.name, title="t", practices=scenario.practices, seed=1, findings=counted)


def shard_report(number: int, count: int = 3, **changes: Any) -> ShardReport:
    """Return the report of a shard for a correct app, with *changes* of its run."""
    mine = scenarios_of_shard(planned().scenarios, number, count)
    judged, shard = judge_shard(
        [played(scenario) for scenario in mine],
        shard=Shard(number=number, count=count),
        settings=SETTINGS,
        seed=1,
        today=TODAY,
        is_fast=True,
        left_out=planned().left_out,
    )
    measured = tuple(
        Measure(scenario=scenario.name, took_s=1, coverage_marks=(f"called {scenario.name}",)) for scenario in mine
    )
    whole = GateResult(result=judged, run=replace(RUN, **changes), measured=measured, shard=shard)
    return ShardReport(name=f"shard{number}.json", whole=whole)


def merge(*reports: ShardReport) -> GateResult:
    """Return the result of `merge`."""
    return merged(reports, settings=SETTINGS, today=TODAY, again="again", again_for_scenario="again {scenario}")


def test_all_shards_together_must_run_what_was_expected() -> None:
    """A scenario may be in any shard."""
    reports = [shard_report(number) for number in (1, 2, 3)]
    ran, left_out = planned().scenarios[0].name, planned().left_out[0]
    options: dict[str, Any] = {"settings": SETTINGS, "today": TODAY, "again": "", "again_for_scenario": ""}

    result = merged(reports, **options, expected=(ran, left_out)).result

    assert result.not_run == (f"--expect: {left_out} did not run: this gate left it out.",)


def test_shards_give_the_result_of_a_whole_gate() -> None:
    """The merged result equals that of a gate in one piece, including interpretation runs and coverage."""
    marks = {f"called {scenario.name}" for scenario in planned().scenarios}
    outcomes = [played(scenario) for scenario in planned().scenarios]

    whole = merge(shard_report(2), shard_report(3), shard_report(1))

    one_piece = judge(
        outcomes,
        settings=SETTINGS,
        seed=1,
        today=TODAY,
        coverage_marks=marks,
        is_fast=True,
        left_out=planned().left_out,
    )
    assert whole.result == one_piece
    assert len(whole.result.interpretation_runs) >= 1
    assert len(whole.measured) == len(outcomes)
    assert whole.shard is None


def test_a_shard_makes_no_decision() -> None:
    """The report of a shard states that only merge decides, and its exit code depends on its own scenarios."""
    result = shard_report(2).whole.result

    assert result.decision is Decision.NOT_REQUESTED
    assert result.remarks == ("Shard 2 of 3: only `fiskil-harness merge`, with all shards, decides about the gate.",)
    assert exit_code(result) == 0
    assert not any("@" in scenario.scenario for scenario in result.scenarios)


def test_a_shard_report_is_read_back_unchanged(tmp_path: Path) -> None:
    """Writing a report as JSON and reading it gives an equal report."""
    path = tmp_path / "shard.json"
    path.write_bytes(msgspec.json.encode(shard_report(1).whole))

    assert read(path) == shard_report(1).whole


def test_a_missing_shard_keeps_the_gate_shut() -> None:
    """The report names the missing shard, whatever the result of the others is."""
    reports = [shard_report(1), shard_report(3)]

    assert missing(reports) == "Shard 2 of 3 is missing, so the gate is incomplete and stays shut."
    assert merge(*reports).result.decision is Decision.SHUT
    assert merge(*reports).result.remarks[0] == missing(reports)
    assert missing([shard_report(2)]).startswith("Shards 1, 3 of 3 are missing")
    assert missing([shard_report(1), shard_report(2), shard_report(3)]) == ""


def test_an_interrupted_shard_interrupts_the_gate() -> None:
    """An interruption or an internal error of one shard decides the exit code of the whole."""
    assert merge(shard_report(1, was_interrupted=True), shard_report(2), shard_report(3)).exit_code == 130
    assert merge(shard_report(1), shard_report(2, internal_errors=2), shard_report(3)).exit_code == 4


def changed(report: ShardReport, *, shard: Shard | None = None, **result: Any) -> ShardReport:
    """Return *report* with another result, or without its shard."""
    whole = replace(report.whole, result=replace(report.whole.result, **result))
    return replace(report, whole=whole if result else replace(whole, shard=shard))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (shard_report(1), "'shard1.json' and 'shard1.json' are the same shard, 1 of 3"),
        (shard_report(2, digest="e"), "'shard2.json' belongs to another gate than 'shard1.json': config e, not d"),
        (shard_report(2, harness="2"), "version 2, not 1"),
        (shard_report(2, 4), "number of shards 4, not 3"),
        (changed(shard_report(2), shard=None), "'shard2.json' is not a shard: it was written without --shard"),
        (changed(shard_report(2), seed=9), "seed 9, not 1"),
        (changed(shard_report(2), is_fast=False), "--fast not given, not given"),
    ],
)
def test_shards_that_do_not_match_are_refused(other: ShardReport, words: str) -> None:
    """The message names the file and the difference."""
    with pytest.raises(UsageError, match=words):
        check([shard_report(1), other], digest="d", harness="1")


def test_shards_of_another_config_or_version_are_refused() -> None:
    """The config decides what is required, and the version decides what is tested."""
    with pytest.raises(UsageError, match="run with another config than this one"):
        check([shard_report(1)], digest="e", harness="1")
    with pytest.raises(UsageError, match="written by fiskil-harness 1, and this is 2"):
        check([shard_report(1)], digest="d", harness="2")


def test_shards_that_ran_other_scenarios_are_refused() -> None:
    """Shards of two different checkouts of one version are not merged."""
    third = shard_report(3)
    renamed = replace(third.whole.result.scenarios[0], scenario="our_own")
    scenarios = (renamed, *third.whole.result.scenarios[1:])

    with pytest.raises(
        UsageError, match="other scenarios than this installation would run: only one of them contains our_own"
    ):
        merge(shard_report(1), shard_report(2), changed(third, scenarios=scenarios))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not a report. `fiskil-harness gate --json FILE` writes one"),
        ("\udcff", "is not a report"),
        ("{}", "is not a report of fiskil-harness"),
        ('{"format": "fiskil-harness/report/0"}', "has the format 'fiskil-harness/report/0', and this version reads"),
        ('{"format": "fiskil-harness/report/1", "result": 3}', "is not a (complete )?report|has the format"),
    ],
)
def test_a_file_that_is_not_a_report_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """The message states what is wrong with the file and how to create a report."""
    path = tmp_path / "old.json"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(UsageError, match=words):
        read(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The message contains the reason of the operating system."""
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read(tmp_path / "none.json")


def test_shards_of_what_is_required_give_the_result_of_such_a_gate() -> None:
    """The merged result equals that of `gate --only-required` in one piece; a shard without the option is refused."""
    settings = replace(SETTINGS, gate=GateSettings(required=("webhooks.signature",)))
    narrow = plan(settings, is_fast=False, is_all_interpretations=False, is_only_required=True)
    options: dict[str, Any] = {
        "settings": settings,
        "seed": 1,
        "today": TODAY,
        "is_fast": False,
        "left_out": narrow.left_out,
    }
    reports = []
    for number in (1, 2):
        outcomes = [played(scenario) for scenario in scenarios_of_shard(narrow.scenarios, number, 2)]
        judged, shard = judge_shard(outcomes, shard=Shard(number=number, count=2, is_only_required=True), **options)
        whole = GateResult(result=judged, run=RUN, shard=shard)
        reports.append(ShardReport(name=f"{number}.json", whole=whole))

    result = merged(reports, settings=settings, today=TODAY, again="again", again_for_scenario="again {scenario}").result

    one_piece = judge([played(scenario) for scenario in narrow.scenarios], is_only_required=True, **options)
    assert result == one_piece
    assert (result.decision, is_only_required(result)) == (Decision.OPEN, True)
    usual = replace(reports[1].whole, shard=Shard(number=2, count=2))
    with pytest.raises(UsageError, match="--only-required not given, not given"):
        check([reports[0], ShardReport(name="2.json", whole=usual)], digest="d", harness="1")


def test_only_what_the_required_practices_need() -> None:
    """Scenarios that count for no required practice are left out, also of a fast gate."""
    settings = replace(SETTINGS, gate=GateSettings(required=("webhooks.signature",)))

    whole = plan(settings, is_fast=False, is_all_interpretations=True, is_only_required=True)
    fast = plan(settings, is_fast=True, is_all_interpretations=False, is_only_required=True)
    count = len(load_all())

    assert {"webhook_forged", "webhook_secret_missing"} <= {scenario.name for scenario in whole.scenarios}
    assert all("webhooks.signature" in scenario.practices for scenario in (*whole.scenarios, *fast.scenarios))
    usual = [scenario for scenario in whole.scenarios if scenario.name == scenario.base_name]
    assert len(whole.left_out) + len(usual) == count
    assert len(fast.left_out) + len(fast.scenarios) == count
