"""A gate in shards: the scenarios of each shard, and the judgement of the whole from the shards' reports.

The judgement of all shards together equals that of a gate in one piece.
"""

import datetime
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import UsageError
from fiskil_harness.gate import interpretation_runs, judgement
from fiskil_harness.gate.fast_selection import shortlist
from fiskil_harness.gate.judgement import GateResult, Judgement, Shard
from fiskil_harness.probes.outcome import Outcome, without_counts
from fiskil_harness.runner.session import counts_for_required
from fiskil_harness.scenario.scenario import Scenario, load_all


class Plan(Struct, frozen=True, kw_only=True):
    """The scenarios that a gate runs, and the names of the scenarios that a fast gate leaves out."""

    scenarios: tuple[Scenario, ...]
    left_out: tuple[str, ...] = ()


class ShardReport(Struct, frozen=True, kw_only=True):
    """The report of a shard, and the name of the file that contains it."""

    name: str
    whole: GateResult

    @property
    def shard(self) -> Shard:
        """The shard's number and count; only for reports that ``check`` accepted, because other reports have no shard."""
        return self.whole.shard or Shard(number=1, count=1)


def plan(settings: Settings, *, is_fast: bool, is_all_interpretations: bool, is_only_required: bool = False) -> Plan:
    """Return the scenarios of a gate with these options, including those of the interpretation runs.

    Args:
        is_only_required: True leaves out the scenarios that count for no practice which the config requires.
    """
    every_scenario = load_all()
    scenarios = [scenario for scenario in every_scenario if not is_only_required or counts_for_required(scenario, settings)]
    names = {scenario.name for scenario in scenarios}
    interpretation_scenarios = [
        scenario
        for scenario in interpretation_runs.planned(settings, is_all=is_all_interpretations)
        if scenario.base_name in names
    ]
    if is_only_required and not is_fast:
        left_out = tuple(scenario.name for scenario in every_scenario if scenario.name not in names)
        return Plan(scenarios=(*scenarios, *interpretation_scenarios), left_out=left_out)
    if not is_fast:
        return Plan(scenarios=(*scenarios, *interpretation_scenarios))
    compared = {scenario.base_name for scenario in interpretation_scenarios}
    chosen = {scenario.name for scenario in shortlist(scenarios, settings)} | compared
    return Plan(
        scenarios=(*(scenario for scenario in scenarios if scenario.name in chosen), *interpretation_scenarios),
        left_out=tuple(scenario.name for scenario in every_scenario if scenario.name not in chosen),
    )


def judge_shard(
    outcomes: Sequence[Outcome],
    *,
    shard: Shard,
    settings: Settings,
    seed: int,
    today: datetime.date,
    is_fast: bool,
    left_out: tuple[str, ...],
) -> tuple[Judgement, Shard]:
    """Return the judgement of one shard, without a decision, and the shard with everything that `merge` needs."""
    usual = [outcome for outcome in outcomes if not interpretation_runs.is_of_interpretation_run(outcome)]
    judged = judgement.report_only(usual, settings=settings, seed=seed, today=today)
    remark = f"Shard {shard.number} of {shard.count}: only `fiskil-harness merge`, with all shards, decides about the gate."
    judged = msgspec.structs.replace(judged, is_fast=is_fast, left_out=left_out, remarks=(remark, *judged.remarks))
    others = sorted(filter(interpretation_runs.is_of_interpretation_run, outcomes), key=lambda outcome: outcome.scenario)
    return judged, msgspec.structs.replace(shard, interpretation_outcomes=tuple(map(without_counts, others)))


def check(reports: Sequence[ShardReport], *, digest: str, harness: str) -> None:
    """Raise an error unless the reports are shards of one gate.

    Args:
        digest: The digest of the config in use.
        harness: The version of the harness that runs now.

    Raises:
        UsageError: A report is no shard, two shards belong to different gates, a shard is given twice, or the version or
            config differs.
    """
    for report in reports:
        if report.whole.shard is None:
            raise UsageError(f"{report.name!r} is not a shard: it was written without --shard.")
    first, names = reports[0], dict[int, str]()
    for report in reports:
        for label, expected, actual in _traits(first, report):
            if expected != actual:
                raise UsageError(
                    f"{report.name!r} belongs to another gate than {first.name!r}: {label} {actual}, not {expected}."
                )
        if report.shard.number in names:
            raise UsageError(
                f"{report.name!r} and {names[report.shard.number]!r} are the same shard, "
                f"{report.shard.number} of {report.shard.count}."
            )
        names[report.shard.number] = report.name
    if first.whole.run.harness != harness:
        raise UsageError(
            f"The shards were written by fiskil-harness {first.whole.run.harness}, and this is {harness}. Use one version."
        )
    if first.whole.run.digest != digest:
        raise UsageError(
            "The shards were run with another config than this one. Give theirs with --config and --interpretation."
        )


def missing(reports: Sequence[ShardReport]) -> str:
    """Return a sentence about the missing shards; "" if all are present."""
    count, present = reports[0].shard.count, {report.shard.number for report in reports}
    absent = [str(number) for number in range(1, count + 1) if number not in present]
    if not absent:
        return ""
    noun, verb = ("Shard", "is") if len(absent) == 1 else ("Shards", "are")
    return f"{noun} {', '.join(absent)} of {count} {verb} missing, {judgement.INCOMPLETE}"


def coverage_marks(reports: Sequence[ShardReport]) -> frozenset[str]:
    """Return the results of the app's API calls in all shards together (see ``coverage.coverage_marks``)."""
    return frozenset(mark for report in reports for measure in report.whole.measured for mark in measure.coverage_marks)


def merged(
    reports: Sequence[ShardReport],
    *,
    settings: Settings,
    today: datetime.date,
    again: str,
    again_for_scenario: str,
    expected: tuple[str, ...] = (),
) -> GateResult:
    """Return the whole gate, judged from the outcomes of its shards.

    Args:
        expected: Names of scenarios and practices that must have run.

    Raises:
        UsageError: The shards ran other scenarios than this version would run.
    """
    ordered = sorted(reports, key=lambda report: report.shard.number)
    first = ordered[0].whole
    outcomes = [
        outcome for report in ordered for outcome in (*report.whole.result.scenarios, *report.shard.interpretation_outcomes)
    ]
    shard = ordered[0].shard
    planned = plan(
        settings,
        is_fast=first.result.is_fast,
        is_all_interpretations=shard.is_all_interpretations,
        is_only_required=shard.is_only_required,
    )
    missing_remark = missing(reports)
    _refuse_other_scenarios(outcomes, planned, is_complete=not missing_remark)
    runs = [report.whole.run for report in ordered]
    was_interrupted = any(run.was_interrupted for run in runs)
    internal_errors = sum(run.internal_errors for run in runs)
    judged = judgement.judge(
        outcomes,
        settings=settings,
        seed=first.result.seed,
        today=today,
        is_whole=not (missing_remark or was_interrupted or internal_errors),
        coverage_marks=coverage_marks(reports),
        is_fast=first.result.is_fast,
        is_only_required=shard.is_only_required,
        left_out=planned.left_out,
        expected=expected,
    )
    if missing_remark:
        judged = msgspec.structs.replace(judged, remarks=(missing_remark, *judged.remarks))
    run = msgspec.structs.replace(
        first.run,
        command="merge",
        began_at=min(run.began_at for run in runs),
        took_s=round(max(run.took_s for run in runs), 2),
        workers=sum(run.workers for run in runs),
        config=settings.source,
        again=again,
        again_for_scenario=again_for_scenario,
        was_interrupted=was_interrupted,
        internal_errors=internal_errors,
        plans=tuple(dict.fromkeys(plan_file for run in runs for plan_file in run.plans)),
    )
    measured = [measure for report in ordered for measure in report.whole.measured]
    stories = [story for report in ordered for story in report.whole.stories]
    return GateResult(
        result=judged,
        run=run,
        measured=tuple(sorted(measured, key=lambda measure: measure.scenario)),
        routes=judgement.routes_met(judged, coverage_marks(reports)),
        excerpts=tuple(excerpt for report in ordered for excerpt in report.whole.excerpts),
        stories=tuple(sorted(stories, key=lambda story: story.scenario)),
        pictures=tuple(picture for report in ordered for picture in report.whole.pictures),
        printed=tuple(printed for report in ordered for printed in report.whole.printed),
    )


def _refuse_other_scenarios(outcomes: Sequence[Outcome], planned: Plan, *, is_complete: bool) -> None:
    present, expected = {outcome.scenario for outcome in outcomes}, {scenario.name for scenario in planned.scenarios}
    differing = sorted(present - expected) + (sorted(expected - present) if is_complete else [])
    if differing:
        raise UsageError(
            f"The shards ran other scenarios than this installation would run: only one of them contains {differing[0]}. "
            "Use the same checkout for all."
        )


def _traits(first: ShardReport, other: ShardReport) -> Iterable[tuple[str, object, object]]:
    """Yield a label and its values in *first* and *other*, for everything that must be equal in all shards of a gate."""
    for label, value_of in (
        ("number of shards", lambda report: report.shard.count),
        ("seed", lambda report: report.whole.result.seed),
        ("version", lambda report: report.whole.run.harness),
        ("config", lambda report: report.whole.run.digest),
        ("--fast", lambda report: _is_given(report.whole.result.is_fast)),
        ("--all-interpretations", lambda report: _is_given(report.shard.is_all_interpretations)),
        ("--only-required", lambda report: _is_given(report.shard.is_only_required)),
    ):
        yield label, value_of(first), value_of(other)


def _is_given(option: bool) -> str:
    return "given" if option else "not given"
