"""Comparison of a gate with a baseline (an earlier report): what became worse, and what became better.

Only scenarios that both gates ran are compared, so a scenario that the baseline did not run makes nothing worse. A config
that became looser is worse too, because a gate that demands less proves less.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence, Set

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import UsageError
from fiskil_harness.gate import judgement
from fiskil_harness.gate.interpretation_runs import InterpretationResult, InterpretationRun, was_not_run
from fiskil_harness.gate.judgement import CONFIG, Comparison, Decision, Difference, GateResult, Judgement, is_only_required
from fiskil_harness.gate.practice_status import PracticeStatus, Status, some
from fiskil_harness.gate.terms import loosened, pinned_seed
from fiskil_harness.probes import Verdict, heaviest
from fiskil_harness.probes.outcome import Outcome

ProbeInScenario = tuple[str, str]
"""A scenario's name and a probe's name."""
WEIGHTS = {0: Verdict.PASS, 1: Verdict.INCONCLUSIVE, 2: Verdict.FAIL}
_RESULT_RANKS = {
    InterpretationResult.PASSES: 0,
    InterpretationResult.NOT_REACHED: 0,
    InterpretationResult.INCONCLUSIVE: 1,
    InterpretationResult.FAILS: 2,
}
PROVEN, ACCEPTED, NOT_PROVEN, VIOLATED = range(4)
"""Ranks of a practice, best first: proven by an experiment, stated, attested or waived by people, not proven, violated."""


def refuse_no_baseline(before: GateResult, name: str) -> None:
    """Raise an error if the report *before*, called *name*, does not cover a whole gate.

    Raises:
        UsageError: The report is a shard, covers only some scenarios, or belongs to an unfinished gate.
    """
    if before.shard is not None:
        raise UsageError(
            f"{name!r} is shard {before.shard.number} of {before.shard.count} of a gate. Give all shards to `merge` first."
        )
    if before.result.decision is Decision.NOT_REQUESTED:
        raise UsageError(
            f"{name!r} was written by `{before.run.command}`, which is not a gate. "
            "`fiskil-harness gate --json FILE` writes a baseline."
        )
    if before.run.was_interrupted or before.run.internal_errors:
        cause = "was interrupted" if before.run.was_interrupted else "had an internal error of fiskil-harness"
        again = "`fiskil-harness gate --json FILE` creates it again."
        raise UsageError(f"{name!r} is the report of a gate that {cause}, so it is incomplete. {again}")
    if before.result.missing_shards:
        raise UsageError(
            f"{name!r} does not cover a whole gate: {before.result.missing_shards} Give all shards to `merge` first."
        )


def compare(
    now: Judgement,
    before: GateResult,
    *,
    settings: Settings,
    today: datetime.date,
    coverage_marks: Collection[str],
    digest: str,
    harness: str,
    name: str,
) -> Comparison:
    """Compare the judgement *now* with *before*, the baseline report called *name*.

    Args:
        coverage_marks: Results of the app's API calls in this gate (see ``coverage.coverage_marks``).
        digest: The digest of the config, to be compared with the baseline's.
        harness: The version of the harness that runs now.
    """
    ran_before = {scenario.scenario for scenario in before.result.scenarios if not was_not_run(scenario)}
    comparable = [scenario for scenario in now.scenarios if scenario.scenario in ran_before]
    judged = judgement.judge(
        comparable, settings=settings, seed=now.seed, today=today, coverage_marks=coverage_marks, is_fast=now.is_fast
    )
    is_narrow = is_only_required(now) or is_only_required(before.result)
    differences = [
        *_config(before.result, now),
        *_practices(before.result.statuses, judged.statuses, is_narrow=is_narrow),
        *_probes(before.result.scenarios, comparable, judged.statuses),
        *_interpretations(before.result.interpretation_runs, now.interpretation_runs),
    ]
    changed = {difference.subject for difference in differences}
    return Comparison(
        baseline=name,
        worse=tuple(difference for difference in differences if difference.weight is not Verdict.PASS),
        better=tuple(difference for difference in differences if difference.weight is Verdict.PASS),
        same=len({status.practice for status in judged.statuses if not is_narrow or _is_compared(status)} - changed),
        caveats=tuple(_caveats(now, before, ran_before=ran_before, digest=digest, harness=harness)),
    )


def _practices(
    before: Sequence[PracticeStatus], now: Sequence[PracticeStatus], *, is_narrow: bool = False
) -> Iterator[Difference]:
    """Yield each practice whose status differs, of a *narrow* gate only those that it compares."""
    by_id = {status.practice: status for status in now}
    for old in before:
        new = by_id.get(old.practice)
        if new is None or (old.is_required and not new.is_required):
            if old.is_required:
                yield _looser(f"gate.required {old.practice}", "required", "not required" if new else "unknown")
        elif _is_different(old, new) and (_is_compared(new) or not is_narrow):
            weight = Verdict.PASS
            if _rank(new) > _rank(old):
                weight = Verdict.FAIL if _rank(new) == VIOLATED else Verdict.INCONCLUSIVE
            text = f"{_status_text(new)}: {new.reason}"
            yield Difference(subject=old.practice, before=_status_text(old), now=text, weight=weight)


def _probes(before: Sequence[Outcome], now: Sequence[Outcome], statuses: Sequence[PracticeStatus]) -> Iterator[Difference]:
    """Yield each probe that newly fails in a scenario, unless the violation is waived, and each that newly passes."""
    waived = {status.practice for status in statuses if status.waiver}
    old_verdicts, new_verdicts = dict(_verdicts(before)), dict(_verdicts(now))
    practices = {(outcome.scenario, finding.probe): finding.practices for outcome in now for finding in outcome.findings}
    for (scenario, probe), new in new_verdicts.items():
        subject, old = f"{probe} in {scenario}", old_verdicts.get((scenario, probe))
        if new is Verdict.FAIL and old is not Verdict.FAIL:
            if not waived.issuperset(practices[scenario, probe]):
                yield Difference(subject=subject, before=str(old or "not tested"), now=str(new), weight=Verdict.FAIL)
        elif new is Verdict.PASS and old is Verdict.FAIL:
            yield Difference(subject=subject, before=str(old), now=str(new), weight=Verdict.PASS)


def _interpretations(before: Sequence[InterpretationRun], now: Sequence[InterpretationRun]) -> Iterator[Difference]:
    """Yield each required interpretation whose result is worse than in the baseline."""
    by_interpretation = {(run.clause, run.interpretation): run for run in before}
    for new in now:
        old = by_interpretation.get((new.clause, new.interpretation))
        if old is not None and new.is_required and _RESULT_RANKS[new.result] > _RESULT_RANKS[old.result]:
            yield Difference(
                subject=f"interpretation {new.clause}={new.interpretation}",
                before=str(old.result),
                now=str(new.result),
                weight=WEIGHTS[_RESULT_RANKS[new.result]],
            )


def _config(before: Judgement, now: Judgement) -> Iterator[Difference]:
    """Yield each way in which the config or the options became looser, except practices that are no longer required."""
    for change in (*loosened(before.terms, now.terms), *pinned_seed(before.seed, now.seed)):
        yield _looser(change.key, change.before, change.now)


def _looser(key: str, before: str, now: str) -> Difference:
    return Difference(subject=f"{CONFIG}{key}", before=before, now=now, weight=Verdict.INCONCLUSIVE)


def _verdicts(outcomes: Iterable[Outcome]) -> Iterator[tuple[ProbeInScenario, Verdict]]:
    """Yield the heaviest verdict of each probe in each scenario."""
    for outcome in outcomes:
        for probe in dict.fromkeys(finding.probe for finding in outcome.findings):
            verdicts = [finding.verdict for finding in outcome.findings if finding.probe == probe]
            yield (outcome.scenario, probe), heaviest(verdicts)


def _is_compared(practice: PracticeStatus) -> bool:
    """Return whether a gate that tests only the required practices can compare *practice*: it says little about others."""
    return practice.is_required or practice.status is Status.VIOLATED


def _is_different(old: PracticeStatus, new: PracticeStatus) -> bool:
    """Return whether two statuses differ. A waived violation counts as no worse than a practice that is met."""
    is_waived = any(status.status is Status.VIOLATED and status.waiver for status in (old, new))
    if is_waived and max(_rank(old), _rank(new)) <= ACCEPTED:
        return False
    return _rank(old) != _rank(new)


def _rank(practice: PracticeStatus) -> int:
    if practice.status is Status.VIOLATED:
        return ACCEPTED if practice.waiver else VIOLATED
    ranks = {Status.PROVEN: PROVEN, Status.STATED: ACCEPTED, Status.ATTESTED: ACCEPTED}
    return ranks.get(practice.status, NOT_PROVEN)


def _status_text(practice: PracticeStatus) -> str:
    return f"{practice.status}, {practice.waiver}" if practice.waiver else str(practice.status)


def _caveats(now: Judgement, before: GateResult, *, ran_before: Set[str], digest: str, harness: str) -> Iterator[str]:
    if before.run.digest != digest:
        yield "The baseline has a different config."
    if before.run.harness != harness:
        yield f"The baseline was created with fiskil-harness {before.run.harness}, this is {harness}."
    if before.result.is_fast != now.is_fast:
        fast, whole = ("The baseline", "this gate") if before.result.is_fast else ("This gate", "the baseline")
        yield f"{fast} tested each question once, {whole} tested everything; only what both ran is compared."
    if is_only_required(before.result) != is_only_required(now):
        narrow, whole = ("The baseline", "this gate") if is_only_required(before.result) else ("This gate", "the baseline")
        yield f"{narrow} tested only what the required practices need, {whole} tested everything; only that is compared."
    new = [scenario.scenario for scenario in now.scenarios if scenario.scenario not in ran_before]
    absent = sorted({*ran_before} - {scenario.scenario for scenario in now.scenarios} - {*now.left_out})
    if new:
        yield f"The baseline did not run {some(new)}; that makes nothing worse."
    if absent:
        yield f"This gate did not run {some(absent)}, which the baseline ran."
