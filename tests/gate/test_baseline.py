"""A gate with a baseline: only regressions count, and only where both gates tested the same."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from fiskil_harness.core.config import GateSettings, Settings, Waiver
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.baseline import _practices, compare, refuse_no_baseline
from fiskil_harness.gate.judgement import INCOMPLETE, Comparison, GateResult, Judgement, Run, Shard, judge, report_only
from fiskil_harness.gate.practice_status import PracticeStatus, Status
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evaluation import NOT_RUN
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices

TODAY = datetime.date(2026, 6, 1)
IDEMPOTENT, RETRIES = "webhooks.idempotent", "webhooks.retries"
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
    digest="same",
)
OutcomeOf = Callable[..., Outcome]


def judged(*outcomes: Outcome, settings: Settings | None = None) -> Judgement:
    """Return the judgement of *outcomes*."""
    return judge(outcomes, settings=settings or Settings(), seed=1, today=TODAY)


def baseline(*outcomes: Outcome, settings: Settings | None = None, **run: Any) -> GateResult:
    """Return the report of an earlier gate."""
    return GateResult(result=judged(*outcomes, settings=settings), run=replace(RUN, **run))


def compared(before: GateResult, *outcomes: Outcome, settings: Settings | None = None, **changes: Any) -> Comparison:
    """Return the comparison of a gate with *outcomes* with *before*."""
    settings = settings or Settings()
    arguments: dict[str, Any] = {"digest": "same", "harness": "1", "name": "old.json", "coverage_marks": (), **changes}
    return compare(judged(*outcomes, settings=settings), before, settings=settings, today=TODAY, **arguments)


def with_status(status: Status) -> PracticeStatus:
    """Return a required practice with *status*."""
    return PracticeStatus(
        practice=IDEMPOTENT, title="t", section="webhooks", is_required=True, status=status, reason="reason"
    )


def proving(outcome_of: OutcomeOf, practice_id: str = IDEMPOTENT, *, scenario: str = "s") -> Outcome:
    """Return an outcome that proves a practice."""
    return outcome_of(
        practice_id, *((name, Verdict.PASS) for name in all_practices()[practice_id].needed), scenario=scenario
    )


def failing(outcome_of: OutcomeOf, practice_id: str = IDEMPOTENT, *, scenario: str = "s") -> Outcome:
    """Return an outcome that violates a practice."""
    return outcome_of(practice_id, (all_practices()[practice_id].needed[0], Verdict.FAIL), scenario=scenario)


def test_an_equal_gate_is_not_worse(outcome_of: OutcomeOf) -> None:
    """A failure that the baseline already had is not a regression, although the gate is shut."""
    outcomes = [proving(outcome_of), failing(outcome_of, RETRIES, scenario="t")]

    comparison = compared(baseline(*outcomes), *outcomes)

    assert (comparison.worse, comparison.better, comparison.caveats, comparison.exit_code) == ((), (), (), 0)
    assert comparison.same == 49


def test_a_new_violation_is_worse_with_exit_code_1(outcome_of: OutcomeOf) -> None:
    """The comparison lists the practice, and the probe in its scenario."""
    comparison = compared(baseline(proving(outcome_of)), failing(outcome_of))

    assert [(difference.subject, difference.before, difference.now) for difference in comparison.worse] == [
        (IDEMPOTENT, "proven", "violated: applies_once in s"),
        ("applies_once in s", "PASS", "FAIL"),
    ]
    assert comparison.exit_code == 1


def test_a_practice_that_is_no_longer_proven_is_worse(outcome_of: OutcomeOf) -> None:
    """It is not reported as violated, and the exit code is 3."""
    inconclusive = outcome_of(IDEMPOTENT, ("applies_once", Verdict.INCONCLUSIVE), scenario="s")

    comparison = compared(baseline(proving(outcome_of)), inconclusive)

    assert [(difference.subject, difference.weight) for difference in comparison.worse] == [
        (IDEMPOTENT, Verdict.INCONCLUSIVE)
    ]
    assert comparison.exit_code == 3


def test_a_newly_failing_probe_is_worse_although_its_practice_was_violated_before(outcome_of: OutcomeOf) -> None:
    """The status of the practice is the same, but there is one more reason."""
    before = [failing(outcome_of, scenario="s"), proving(outcome_of, scenario="t")]

    comparison = compared(baseline(*before), failing(outcome_of, scenario="s"), failing(outcome_of, scenario="t"))

    assert [(difference.subject, difference.weight) for difference in comparison.worse] == [
        ("applies_once in t", Verdict.FAIL)
    ]
    assert comparison.exit_code == 1


def test_a_fixed_violation_is_better(outcome_of: OutcomeOf) -> None:
    """The comparison lists the practice and the probe."""
    comparison = compared(baseline(failing(outcome_of)), proving(outcome_of))

    assert [difference.subject for difference in comparison.better] == [IDEMPOTENT, "applies_once in s"]
    assert (comparison.worse, comparison.exit_code) == ((), 0)


def test_a_scenario_that_the_baseline_did_not_run_makes_nothing_worse(outcome_of: OutcomeOf) -> None:
    """The practice that it violates is not worse either; the scenario is named in a caveat."""
    comparison = compared(baseline(proving(outcome_of)), proving(outcome_of), failing(outcome_of, scenario="new"))

    assert (comparison.worse, comparison.exit_code) == ((), 0)
    assert comparison.caveats == ("The baseline did not run new; that makes nothing worse.",)


def test_a_scenario_that_did_not_finish_in_the_baseline_is_not_compared(outcome_of: OutcomeOf) -> None:
    """An unfinished scenario has no result to compare with."""
    unfinished = outcome_of(IDEMPOTENT, (NOT_RUN, Verdict.INCONCLUSIVE), scenario="s")

    assert compared(baseline(unfinished), failing(outcome_of)).worse == ()


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ({"was_interrupted": True}, r"'x\.json' is the report of a gate that was interrupted, so it is incomplete"),
        (
            {"internal_errors": 1},
            r"'x\.json' is the report of a gate that had an internal error of fiskil-harness, so it is incomplete",
        ),
    ],
)
def test_an_unfinished_gate_is_refused_as_baseline(outcome_of: OutcomeOf, run: dict[str, Any], words: str) -> None:
    """Compared with an incomplete gate, nothing could be worse."""
    with pytest.raises(UsageError, match=words):
        refuse_no_baseline(baseline(proving(outcome_of), **run), "x.json")


def test_a_gate_with_a_missing_shard_is_refused_as_baseline(outcome_of: OutcomeOf) -> None:
    """The merged report contains the remark about the missing shard."""
    whole = baseline(proving(outcome_of))
    remark = f"Shard 2 of 3 is missing, {INCOMPLETE}"

    with pytest.raises(UsageError, match=r"'x\.json' does not cover a whole gate: Shard 2 of 3 is missing"):
        refuse_no_baseline(replace(whole, result=replace(whole.result, remarks=(remark,))), "x.json")
    refuse_no_baseline(whole, "x.json")


def test_a_practice_that_is_no_longer_required_is_worse(outcome_of: OutcomeOf) -> None:
    """A shorter list of required practices does not open the gate."""
    both = Settings(gate=GateSettings(required=(IDEMPOTENT, RETRIES)))
    only_retries = Settings(gate=GateSettings(required=(RETRIES,)))
    before = baseline(proving(outcome_of), settings=both)

    comparison = compared(before, proving(outcome_of), settings=only_retries, digest="other")

    assert [(difference.subject, difference.before, difference.now) for difference in comparison.worse] == [
        (f"config: gate.required {IDEMPOTENT}", "required", "not required")
    ]
    assert comparison.exit_code == 3
    assert comparison.caveats == ("The baseline has a different config.",)


def test_a_waived_violation_is_not_worse(outcome_of: OutcomeOf) -> None:
    """The new waiver is worse instead; the violation is worse once the waiver has expired."""
    day = datetime.timedelta(days=1)
    waiver = Waiver(practice=IDEMPOTENT, reason="soon", owner="Bo", date=TODAY - day, expires=TODAY + day)
    valid, expired = Settings(waive=(waiver,)), Settings(waive=(replace(waiver, expires=TODAY - day),))

    waived = compared(baseline(proving(outcome_of)), failing(outcome_of), settings=valid)
    assert [difference.subject for difference in waived.worse] == [f"config: waive {IDEMPOTENT}"]
    comparison = compared(baseline(failing(outcome_of), settings=valid), failing(outcome_of), settings=expired)
    assert [difference.subject for difference in comparison.worse] == [IDEMPOTENT]


def test_attested_is_worse_than_proven_and_better_than_not_proven() -> None:
    """A practice that was proven and is only attested now is no longer shown by an experiment."""
    proven, attested, not_proven = map(with_status, (Status.PROVEN, Status.ATTESTED, Status.NOT_PROVEN))

    def changes(old: PracticeStatus, new: PracticeStatus) -> list[tuple[str, str, Verdict]]:
        return [(difference.before, difference.now, difference.weight) for difference in _practices([old], [new])]

    assert changes(proven, attested) == [("proven", "attested: reason", Verdict.INCONCLUSIVE)]
    assert changes(attested, proven) == [("attested", "proven: reason", Verdict.PASS)]
    assert changes(not_proven, attested) == [("not proven", "attested: reason", Verdict.PASS)]
    assert changes(attested, not_proven) == [("attested", "not proven: reason", Verdict.INCONCLUSIVE)]
    assert changes(attested, attested) == []


def test_a_waived_violation_equals_a_practice_that_is_met() -> None:
    """A change between the two is neither worse nor better."""
    proven, attested = with_status(Status.PROVEN), with_status(Status.ATTESTED)
    waived = replace(with_status(Status.VIOLATED), waiver="accepted by Bo")

    pairs = [(proven, waived), (waived, proven), (attested, waived), (waived, attested)]
    assert [list(_practices([old], [new])) for old, new in pairs] == [[], [], [], []]
    assert [difference.weight for difference in _practices([waived], [with_status(Status.VIOLATED)])] == [Verdict.FAIL]


def test_another_version_is_a_caveat(outcome_of: OutcomeOf) -> None:
    """A version changes what is tested."""
    before = replace(baseline(proving(outcome_of)), run=replace(RUN, harness="0"))

    comparison = compared(before, proving(outcome_of))

    assert comparison.caveats == ("The baseline was created with fiskil-harness 0, this is 1.",)


@pytest.mark.parametrize("is_fast", [True, False])
def test_a_fast_gate_is_compared_where_both_ran(outcome_of: OutcomeOf, *, is_fast: bool) -> None:
    """A caveat states that one of the two is fast."""
    fast = judge([proving(outcome_of)], settings=Settings(), seed=1, today=TODAY, is_fast=True, left_out=("t",))
    whole = judged(proving(outcome_of), failing(outcome_of, RETRIES, scenario="t"))
    before, now = (fast, whole) if is_fast else (whole, fast)

    comparison = compare(
        now,
        GateResult(result=before, run=RUN),
        settings=Settings(),
        today=TODAY,
        coverage_marks=(),
        digest="same",
        harness="1",
        name="old.json",
    )

    assert comparison.worse == ()
    assert "tested each question once" in comparison.caveats[0]


def test_with_a_baseline_the_comparison_decides_the_exit_code(outcome_of: OutcomeOf) -> None:
    """An interruption, an internal error, a config error and a missing shard still count; a shut gate does not."""
    now = judged(failing(outcome_of))
    same, worse = (
        compared(baseline(failing(outcome_of)), failing(outcome_of)),
        compared(baseline(proving(outcome_of)), failing(outcome_of)),
    )

    def code(comparison: Comparison | None, result: Judgement = now, **run: Any) -> int:
        return GateResult(result=result, run=replace(RUN, **run), comparison=comparison).exit_code

    assert [code(None), code(same), code(worse)] == [1, 0, 1]
    assert [code(same, was_interrupted=True), code(same, internal_errors=1)] == [130, 4]
    assert code(same, replace(now, config_errors=("an unnecessary waiver",))) == 2
    assert code(same, replace(now, remarks=(f"Shard 2 of 3 is missing, {INCOMPLETE}",))) == 2


def test_a_report_of_some_scenarios_is_refused_as_baseline(outcome_of: OutcomeOf) -> None:
    """Only the report of a gate can be a baseline."""
    judgement = report_only([proving(outcome_of)], settings=Settings(), seed=1, today=TODAY)

    with pytest.raises(UsageError, match=r"'x\.json' was written by `run`, which is not a gate"):
        refuse_no_baseline(GateResult(result=judgement, run=replace(RUN, command="run")), "x.json")


def test_a_shard_is_refused_as_baseline(outcome_of: OutcomeOf) -> None:
    """The message states that all shards must be merged first."""
    shard = replace(baseline(proving(outcome_of)), shard=Shard(number=2, count=3))

    with pytest.raises(UsageError, match=r"'x\.json' is shard 2 of 3 of a gate\. Give all shards to `merge` first"):
        refuse_no_baseline(shard, "x.json")


def test_a_required_interpretation_that_newly_fails_is_worse(outcome_of: OutcomeOf) -> None:
    """It counts only if the baseline ran the interpretation too, and the app passed."""
    settings = Settings(gate=GateSettings(interpretations=("token.lifetime",)))
    fields: dict[str, Any] = {"scenario": "s@token.lifetime=3600", "clauses_used": ("token.lifetime",)}
    passed, failed = replace(proving(outcome_of), **fields), replace(failing(outcome_of), **fields)
    usual = proving(outcome_of)

    comparison = compared(baseline(usual, passed, settings=settings), usual, failed, settings=settings)
    new = compared(baseline(usual, settings=settings), usual, failed, settings=settings)

    assert [(difference.subject, difference.before, difference.now) for difference in comparison.worse] == [
        ("interpretation token.lifetime=3600", "passes", "fails")
    ]
    assert (comparison.exit_code, new.exit_code) == (1, 0)


NARROW = Settings(gate=GateSettings(required=(IDEMPOTENT,)))


def narrowly(*outcomes: Outcome) -> Judgement:
    """Return the judgement of a gate that tested only the required practice."""
    return judge(outcomes, settings=NARROW, seed=1, today=TODAY, is_only_required=True, left_out=("t",))


def compared_narrowly(before: GateResult, now: Judgement) -> Comparison:
    """Return the comparison of *now* with *before*."""
    options: dict[str, Any] = {"digest": "same", "harness": "1", "name": "old.json", "coverage_marks": ()}
    return compare(now, before, settings=NARROW, today=TODAY, **options)


def test_a_gate_of_what_is_required_leaves_out_other_practices(outcome_of: OutcomeOf) -> None:
    """They are neither worse nor better, because it did not test them; a note says so."""
    before = baseline(proving(outcome_of), proving(outcome_of, RETRIES, scenario="t"), settings=NARROW)

    comparison = compared_narrowly(before, narrowly(proving(outcome_of)))

    assert (comparison.worse, comparison.better, comparison.same, comparison.exit_code) == ((), (), 1, 0)
    assert comparison.caveats == (
        "This gate tested only what the required practices need, the baseline tested everything; only that is compared.",
    )


def test_a_gate_of_what_is_required_shows_what_is_worse(outcome_of: OutcomeOf) -> None:
    """A required practice that is violated, and another one that a common scenario violates."""
    before = baseline(proving(outcome_of), proving(outcome_of, RETRIES, scenario="t"), settings=NARROW)
    other = outcome_of(RETRIES, (all_practices()[RETRIES].needed[0], Verdict.FAIL), scenario="s")

    required = compared_narrowly(before, narrowly(failing(outcome_of)))
    unrequired = compared_narrowly(before, narrowly(other))

    assert [difference.subject for difference in required.worse] == [IDEMPOTENT, "applies_once in s"]
    assert RETRIES in [difference.subject for difference in unrequired.worse]
    assert (required.exit_code, unrequired.exit_code) == (1, 1)


def test_two_gates_of_what_is_required_need_no_note(outcome_of: OutcomeOf) -> None:
    """Both tested the same."""
    before = GateResult(result=narrowly(proving(outcome_of)), run=RUN)

    comparison = compared_narrowly(before, narrowly(proving(outcome_of)))

    assert (comparison.worse, comparison.better, comparison.caveats) == ((), (), ())
