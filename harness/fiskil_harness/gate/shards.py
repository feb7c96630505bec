"""A gate in parts: what each share runs, and the whole judged from what the shares wrote.

The judgement of all parts together is the one that a gate in one piece would have come to.
"""

import datetime
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import UsageError
from fiskil_harness.gate import interpretation_trials, judgement
from fiskil_harness.gate.fast_selection import shortlist
from fiskil_harness.gate.judgement import Comparison, Decision, GateResult, Judgement, Share
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.scenario.scenario import Scenario, load_all


class Plan(Struct, frozen=True, kw_only=True):
    """What a gate runs, and the names of the scenarios that it leaves out because it is fast."""

    scenarios: tuple[Scenario, ...]
    left_out: tuple[str, ...] = ()


class Shard(Struct, frozen=True, kw_only=True):
    """A part's report, and the file that it came from."""

    name: str
    whole: GateResult

    @property
    def share(self) -> Share:
        """Which share it is; ``check`` has refused what is none."""
        return self.whole.share or Share(number=1, count=1)


def plan(settings: Settings, *, is_fast: bool, is_all_interpretations: bool) -> Plan:
    """What a gate with these options runs, the trials under other interpretations included."""
    every, tried = load_all(), interpretation_trials.planned(settings, is_all=is_all_interpretations)
    if not is_fast:
        return Plan(scenarios=(*every, *tried))
    compared = {scenario.base_name for scenario in tried}
    chosen = {scenario.name for scenario in shortlist(every, settings)} | compared
    return Plan(
        scenarios=(*(scenario for scenario in every if scenario.name in chosen), *tried),
        left_out=tuple(scenario.name for scenario in every if scenario.name not in chosen),
    )


def judge_share(
    outcomes: Sequence[Outcome],
    *,
    share: Share,
    settings: Settings,
    seed: int,
    today: datetime.date,
    is_fast: bool,
    left_out: tuple[str, ...],
) -> tuple[Judgement, Share]:
    """What there is to say of a part by itself, and the share with all that `merge` needs."""
    own = [outcome for outcome in outcomes if not interpretation_trials.is_of_interpretation_run(outcome)]
    judged = judgement.report_only(own, settings=settings, seed=seed, today=today)
    remark = f"Part {share.number} of {share.count}: only `fiskil-harness merge`, with all of them, asks the gate."
    judged = msgspec.structs.replace(judged, is_fast=is_fast, left_out=left_out, remarks=(remark, *judged.remarks))
    under = tuple(
        sorted(filter(interpretation_trials.is_of_interpretation_run, outcomes), key=lambda outcome: outcome.scenario)
    )
    return judged, msgspec.structs.replace(share, under_interpretations=under)


def check(parts: Sequence[Shard], *, digest: str, harness: str) -> None:
    """Refuse parts that are not of one gate.

    Raises:
        UsageError: One is no part, two do not fit, one share is there twice, or the config is another one.
    """
    for shard in parts:
        if shard.whole.share is None:
            raise UsageError(f"{shard.name!r} is no part: it was made without --shard.")
    first, seen = parts[0], dict[int, str]()
    for shard in parts:
        for what, mine, its in _traits(first, shard):
            if mine != its:
                raise UsageError(f"{shard.name!r} is of another gate than {first.name!r}: {what} {its}, not {mine}.")
        if shard.share.number in seen:
            raise UsageError(f"{shard.name!r} and {seen[shard.share.number]!r} are the same share, {_words(shard.share)}.")
        seen[shard.share.number] = shard.name
    if first.whole.run.harness != harness:
        raise UsageError(
            f"The parts were made with fiskil-harness {first.whole.run.harness}, and this is {harness}. Use one version."
        )
    if first.whole.run.digest != digest:
        raise UsageError(
            "The parts were made with another config than the one at hand. Name theirs with --config and --interpretation."
        )


def missing(parts: Sequence[Shard]) -> str:
    """The complaint about shares that are not there; empty where all are."""
    count, there = parts[0].share.count, {shard.share.number for shard in parts}
    absent = [str(number) for number in range(1, count + 1) if number not in there]
    if not absent:
        return ""
    noun = "Part" if len(absent) == 1 else "Parts"
    verb = "is" if len(absent) == 1 else "are"
    return f"{noun} {', '.join(absent)} of {count} {verb} missing, {judgement.NOT_THE_WHOLE}"


def coverage_marks(parts: Sequence[Shard]) -> frozenset[str]:
    """What the app's calls came to, in all parts together."""
    return frozenset(what for shard in parts for measure in shard.whole.measured for what in measure.coverage_marks)


def merged(parts: Sequence[Shard], *, settings: Settings, today: datetime.date, again: str, again_one: str) -> GateResult:
    """The whole, judged from what the parts saw.

    Raises:
        UsageError: Together they ran something else than this version would run.
    """
    ordered = sorted(parts, key=lambda shard: shard.share.number)
    first = ordered[0].whole
    outcomes = [
        outcome for shard in ordered for outcome in (*shard.whole.result.scenarios, *shard.share.under_interpretations)
    ]
    planned = plan(settings, is_fast=first.result.is_fast, is_all_interpretations=ordered[0].share.is_all_interpretations)
    complaint = missing(parts)
    _refuse_other_scenarios(outcomes, planned, is_complete=not complaint)
    runs = [shard.whole.run for shard in ordered]
    was_interrupted, faults = any(run.was_interrupted for run in runs), sum(run.faults for run in runs)
    judged = judgement.judge(
        outcomes,
        settings=settings,
        seed=first.result.seed,
        today=today,
        is_whole=not (complaint or was_interrupted or faults),
        met=coverage_marks(parts),
        is_fast=first.result.is_fast,
        left_out=planned.left_out,
    )
    if complaint:
        judged = msgspec.structs.replace(judged, remarks=(complaint, *judged.remarks))
    run = msgspec.structs.replace(
        first.run,
        command="merge",
        began_at=min(run.began_at for run in runs),
        took_s=round(max(run.took_s for run in runs), 2),
        workers=sum(run.workers for run in runs),
        config=settings.source,
        again=again,
        again_one=again_one,
        was_interrupted=was_interrupted,
        faults=faults,
        plans=tuple(dict.fromkeys(plan_file for run in runs for plan_file in run.plans)),
    )
    measured = sorted((measure for part in ordered for measure in part.whole.measured), key=lambda measure: measure.scenario)
    exhibits = tuple(exhibit for shard in ordered for exhibit in shard.whole.excerpts)
    return GateResult(
        result=judged,
        run=run,
        measured=tuple(measured),
        excerpts=exhibits,
        stories=tuple(sorted((story for part in ordered for story in part.whole.stories), key=lambda story: story.scenario)),
        pictures=tuple(picture for part in ordered for picture in part.whole.pictures),
    )


def against(whole: GateResult, compared: Comparison) -> GateResult:
    """*whole* with what a baseline says of it; what is not whole cannot be as good as one."""
    if whole.result.decision is Decision.NOT_REQUESTED:
        return whole
    return msgspec.structs.replace(whole, compared=compared)


def _refuse_other_scenarios(outcomes: Sequence[Outcome], planned: Plan, *, is_complete: bool) -> None:
    there, known = {outcome.scenario for outcome in outcomes}, {scenario.name for scenario in planned.scenarios}
    odd = sorted(there - known) + (sorted(known - there) if is_complete else [])
    if odd:
        raise UsageError(
            f"The parts ran other scenarios than this installation would: {odd[0]} is in one of them only. "
            "Use one checkout for all."
        )


def _traits(one: Shard, other: Shard) -> Iterable[tuple[str, object, object]]:
    for what, take in (
        ("of so many shares:", lambda part: part.share.count),
        ("seed", lambda part: part.whole.result.seed),
        ("version", lambda part: part.whole.run.harness),
        ("config", lambda part: part.whole.run.digest),
        ("--fast", lambda part: _yes(part.whole.result.is_fast)),
        ("--all-interpretations", lambda part: _yes(part.share.is_all_interpretations)),
    ):
        yield what, take(one), take(other)


def _yes(is_so: bool) -> str:
    return "given" if is_so else "not given"


def _words(share: Share) -> str:
    return f"{share.number} of {share.count}"
