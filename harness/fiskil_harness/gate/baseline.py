"""A gate against a baseline: what got worse since an earlier report, what got better, and where they did not ask the same.

Only what both asked is compared: a scenario that the baseline never ran makes nothing worse.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence, Set

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import UsageError
from fiskil_harness.gate import judgement
from fiskil_harness.gate.interpretation_trials import InterpretationRun, TrialResult, was_not_run
from fiskil_harness.gate.judgement import Comparison, Decision, Difference, GateResult, Judgement
from fiskil_harness.gate.practice_status import PracticeStatus, Status, some
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import practices_of

Pair = tuple[str, str]
WEIGHTS = {0: Verdict.PASS, 1: Verdict.INCONCLUSIVE, 2: Verdict.FAIL}
_HOLDS = {TrialResult.HOLDS: 0, TrialResult.UNMET: 0, TrialResult.UNCLEAR: 1, TrialResult.BREAKS: 2}
PROVEN, SAID, OPEN, VIOLATED = range(4)
"""How a practice stands, from the best: shown by an experiment, or said or accepted by somebody, or neither, or violated."""


def refuse_no_baseline(before: GateResult, name: str) -> None:
    """Refuse a report that says nothing of a whole gate: against what it never asked, nothing could be worse.

    Raises:
        UsageError: It is of some scenarios, or of a part, or was cut short.
    """
    if before.share is not None:
        raise UsageError(
            f"{name!r} is part {before.share.number} of {before.share.count} of a gate. Give all parts to `merge` first."
        )
    if before.result.decision is Decision.NOT_REQUESTED:
        raise UsageError(
            f"{name!r} was made by `{before.run.command}`, which asks no gate. `fiskil-harness gate --json FILE` makes one."
        )
    if before.run.was_interrupted or before.run.faults:
        how = "was interrupted" if before.run.was_interrupted else "met a fault of fiskil-harness"
        again = "`fiskil-harness gate --json FILE` makes it again."
        raise UsageError(f"{name!r} is of a gate that {how}, so it did not ask everything. {again}")
    if before.result.problem:
        raise UsageError(f"{name!r} is not of a whole gate: {before.result.problem} Give all parts to `merge` first.")


def compare(
    now: Judgement,
    before: GateResult,
    *,
    settings: Settings,
    today: datetime.date,
    met: Collection[str],
    digest: str,
    harness: str,
    name: str,
) -> Comparison:
    """What changed since *before*, the baseline called *name*, for better and worse.

    Args:
        met: What the app's calls came to in this gate.
        digest: The config's, to be held against the baseline's.
        harness: The version that runs now.
    """
    ran = {scenario.scenario for scenario in before.result.scenarios if not was_not_run(scenario)}
    asked = [scenario for scenario in now.scenarios if scenario.scenario in ran]
    alike = judgement.judge(asked, settings=settings, seed=now.seed, today=today, met=met)
    found = [
        *_practices(before.result.statuses, alike.statuses),
        *_probes(before.result.scenarios, asked, alike.statuses),
        *_interpretations(before.result.interpretation_runs, now.interpretation_runs),
    ]
    return Comparison(
        baseline=name,
        worse=tuple(difference for difference in found if difference.weight is not Verdict.PASS),
        better=tuple(difference for difference in found if difference.weight is Verdict.PASS),
        same=len({status.practice for status in alike.statuses} - {difference.what for difference in found}),
        caveats=tuple(_caveats(now, before, ran=ran, digest=digest, harness=harness)),
    )


def _practices(before: Sequence[PracticeStatus], now: Sequence[PracticeStatus]) -> Iterator[Difference]:
    known = {status.practice: status for status in now}
    for old in before:
        new = known.get(old.practice)
        if new is None or (old.is_required and not new.is_required):
            if old.is_required:
                said = "not required" if new else "not known"
                yield Difference(what=old.practice, before="required", now=said, weight=Verdict.INCONCLUSIVE)
        elif _is_other(old, new):
            weight = Verdict.PASS
            if _rank(new) > _rank(old):
                weight = Verdict.FAIL if _rank(new) == VIOLATED else Verdict.INCONCLUSIVE
            yield Difference(what=old.practice, before=_words(old), now=f"{_words(new)}: {new.reason}", weight=weight)


def _probes(before: Sequence[Outcome], now: Sequence[Outcome], standings: Sequence[PracticeStatus]) -> Iterator[Difference]:
    """Probes that fail now in a scenario in which they did not, but for those whose failure somebody accepts."""
    accepted = {standing.practice for standing in standings if standing.waiver}
    old, new = dict(_verdicts(before)), dict(_verdicts(now))
    practices = {outcome.scenario: outcome.practices for outcome in now}
    for pair, verdict in new.items():
        scenario, probe = pair
        what, was = f"{probe} in {scenario}", old.get(pair)
        if verdict is Verdict.FAIL and was is not Verdict.FAIL:
            if not accepted.issuperset(practices_of(probe, practices[scenario])):
                yield Difference(what=what, before=str(was or "not asked"), now=str(verdict), weight=Verdict.FAIL)
        elif verdict is Verdict.PASS and was is Verdict.FAIL:
            yield Difference(what=what, before=str(was), now=str(verdict), weight=Verdict.PASS)


def _interpretations(before: Sequence[InterpretationRun], now: Sequence[InterpretationRun]) -> Iterator[Difference]:
    """Interpretations that are required now and that the app held under before."""
    known = {(run.clause, run.interpretation): run for run in before}
    for new in now:
        old = known.get((new.clause, new.interpretation))
        if old is not None and new.is_required and _HOLDS[new.result] > _HOLDS[old.result]:
            what = f"reading {new.clause}={new.interpretation}"
            yield Difference(what=what, before=str(old.result), now=str(new.result), weight=WEIGHTS[_HOLDS[new.result]])


def _verdicts(outcomes: Iterable[Outcome]) -> Iterator[tuple[Pair, Verdict]]:
    """The heaviest verdict of each probe in each scenario."""
    for outcome in outcomes:
        for probe in dict.fromkeys(finding.probe for finding in outcome.findings):
            found = {finding.verdict for finding in outcome.findings if finding.probe == probe}
            heavy = next(one for one in (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS) if one in found)
            yield (outcome.scenario, probe), heavy


def _is_other(old: PracticeStatus, new: PracticeStatus) -> bool:
    """Whether two standings differ; what somebody accepts is as good as what was met, and no worse."""
    is_accepted = any(status.status is Status.VIOLATED and status.waiver for status in (old, new))
    if is_accepted and max(_rank(old), _rank(new)) <= SAID:
        return False
    return _rank(old) != _rank(new)


def _rank(one: PracticeStatus) -> int:
    if one.status is Status.VIOLATED:
        return SAID if one.waiver else VIOLATED
    return {Status.PROVEN: PROVEN, Status.ATTESTED: SAID}.get(one.status, OPEN)


def _words(one: PracticeStatus) -> str:
    return f"{one.status}, {one.waiver}" if one.waiver else str(one.status)


def _caveats(now: Judgement, before: GateResult, *, ran: Set[str], digest: str, harness: str) -> Iterator[str]:
    if before.run.digest != digest:
        yield "The config is not the one of the baseline."
    if before.run.harness != harness:
        yield f"The baseline was made with fiskil-harness {before.run.harness}, this is {harness}."
    if before.result.is_fast != now.is_fast:
        fast, whole = ("The baseline", "this gate") if before.result.is_fast else ("This gate", "the baseline")
        yield f"{fast} asked each question once, {whole} asked everything; what both ran is compared."
    new = [scenario.scenario for scenario in now.scenarios if scenario.scenario not in ran]
    gone = sorted({*ran} - {scenario.scenario for scenario in now.scenarios} - {*now.left_out})
    if new:
        yield f"The baseline did not run {some(new)}; that makes nothing worse."
    if gone:
        yield f"This gate did not run {some(gone)}, which the baseline ran."
