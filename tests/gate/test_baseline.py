"""A gate against a baseline: only what got worse counts, and only where both asked the same."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from fiskil_harness.core.config import GateSettings, Settings, Waiver
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.baseline import _practices, compare, refuse_no_baseline
from fiskil_harness.gate.judgement import NOT_THE_WHOLE, Comparison, GateResult, Judgement, Run, Share, judge, report_only
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
    """What a gate says of these."""
    return judge(outcomes, settings=settings or Settings(), seed=1, today=TODAY)


def baseline(*outcomes: Outcome, settings: Settings | None = None, **run: Any) -> GateResult:
    """The report of an earlier gate."""
    return GateResult(result=judged(*outcomes, settings=settings), run=replace(RUN, **run))


def against(before: GateResult, *outcomes: Outcome, settings: Settings | None = None, **changes: Any) -> Comparison:
    """What a gate that saw *outcomes* is, held against *before*."""
    settings = settings or Settings()
    told: dict[str, Any] = {"digest": "same", "harness": "1", "name": "old.json", "met": (), **changes}
    return compare(judged(*outcomes, settings=settings), before, settings=settings, today=TODAY, **told)


def standing_of(standing: Status) -> PracticeStatus:
    """How a required practice stands."""
    return PracticeStatus(
        practice=IDEMPOTENT, title="t", section="webhooks", is_required=True, status=standing, reason="reason"
    )


def proving(outcome_of: OutcomeOf, practice_id: str = IDEMPOTENT, *, scenario: str = "s") -> Outcome:
    """An outcome that proves a practice."""
    return outcome_of(
        practice_id, *((name, Verdict.PASS) for name in all_practices()[practice_id].needed), scenario=scenario
    )


def failing(outcome_of: OutcomeOf, practice_id: str = IDEMPOTENT, *, scenario: str = "s") -> Outcome:
    """An outcome that violates it."""
    return outcome_of(practice_id, (all_practices()[practice_id].needed[0], Verdict.FAIL), scenario=scenario)


def test_the_same_again_is_worse_in_nothing(outcome_of: OutcomeOf) -> None:
    """Though the gate is shut, and something fails as it did before."""
    outcomes = [proving(outcome_of), failing(outcome_of, RETRIES, scenario="t")]

    found = against(baseline(*outcomes), *outcomes)

    assert (found.worse, found.better, found.caveats, found.exit_code) == ((), (), (), 0)
    assert found.same == 49


def test_a_new_violation_is_worse_and_weighs_most(outcome_of: OutcomeOf) -> None:
    """Told as a practice, and as the probe in its scenario."""
    found = against(baseline(proving(outcome_of)), failing(outcome_of))

    told = [(difference.what, difference.before, difference.now) for difference in found.worse]
    assert told == [
        (IDEMPOTENT, "proven", "violated: applies_once in s"),
        ("applies_once in s", "PASS", "FAIL"),
    ]
    assert found.exit_code == 1


def test_what_is_no_more_proven_is_worse_too(outcome_of: OutcomeOf) -> None:
    """But nobody says that it is violated."""
    doubtful = outcome_of(IDEMPOTENT, ("applies_once", Verdict.INCONCLUSIVE), scenario="s")

    found = against(baseline(proving(outcome_of)), doubtful)

    assert [(difference.what, difference.weight) for difference in found.worse] == [(IDEMPOTENT, Verdict.INCONCLUSIVE)]
    assert found.exit_code == 3


def test_a_probe_that_newly_fails_is_worse_where_its_practice_was_violated_before(outcome_of: OutcomeOf) -> None:
    """The practice is as bad as it was, and there is one more reason."""
    before = [failing(outcome_of, scenario="s"), proving(outcome_of, scenario="t")]

    found = against(baseline(*before), failing(outcome_of, scenario="s"), failing(outcome_of, scenario="t"))

    assert [(difference.what, difference.weight) for difference in found.worse] == [("applies_once in t", Verdict.FAIL)]
    assert found.exit_code == 1


def test_what_is_mended_is_better(outcome_of: OutcomeOf) -> None:
    """Practice and probe."""
    found = against(baseline(failing(outcome_of)), proving(outcome_of))

    assert [difference.what for difference in found.better] == [IDEMPOTENT, "applies_once in s"]
    assert (found.worse, found.exit_code) == ((), 0)


def test_a_scenario_that_the_baseline_never_ran_makes_nothing_worse(outcome_of: OutcomeOf) -> None:
    """Nor the practice that it violates; it is named."""
    found = against(baseline(proving(outcome_of)), proving(outcome_of), failing(outcome_of, scenario="new"))

    assert (found.worse, found.exit_code) == ((), 0)
    assert found.caveats == ("The baseline did not run new; that makes nothing worse.",)


def test_what_the_baseline_did_not_run_to_its_end_is_not_compared(outcome_of: OutcomeOf) -> None:
    """A scenario that never ran says nothing."""
    cut = outcome_of(IDEMPOTENT, (NOT_RUN, Verdict.INCONCLUSIVE), scenario="s")

    assert against(baseline(cut), failing(outcome_of)).worse == ()


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ({"was_interrupted": True}, r"'x\.json' is of a gate that was interrupted, so it did not ask everything"),
        ({"faults": 1}, r"'x\.json' is of a gate that met a fault of fiskil-harness, so it did not ask everything"),
    ],
)
def test_what_was_cut_short_is_no_baseline(outcome_of: OutcomeOf, run: dict[str, Any], words: str) -> None:
    """Against a gate that asked nothing everything would be as good as before."""
    with pytest.raises(UsageError, match=words):
        refuse_no_baseline(baseline(proving(outcome_of), **run), "x.json")


def test_parts_of_which_one_is_missing_are_no_baseline(outcome_of: OutcomeOf) -> None:
    """The merged report says so itself."""
    whole = baseline(proving(outcome_of))
    problem = f"Part 2 of 3 is missing, {NOT_THE_WHOLE}"

    with pytest.raises(UsageError, match=r"'x\.json' is not of a whole gate: Part 2 of 3 is missing"):
        refuse_no_baseline(replace(whole, result=replace(whole.result, remarks=(problem,))), "x.json")
    refuse_no_baseline(whole, "x.json")


def test_a_required_practice_that_vanished_is_worse(outcome_of: OutcomeOf) -> None:
    """Who shortens the list opens no gate by it."""
    both, one = Settings(gate=GateSettings(required=(IDEMPOTENT, RETRIES))), Settings(gate=GateSettings(required=(RETRIES,)))
    before = baseline(proving(outcome_of), settings=both)

    found = against(before, proving(outcome_of), settings=one, digest="other")

    assert [(each.what, each.before, each.now) for each in found.worse] == [(IDEMPOTENT, "required", "not required")]
    assert found.exit_code == 3
    assert found.caveats == ("The config is not the one of the baseline.",)


def test_a_violation_that_somebody_accepts_is_not_worse(outcome_of: OutcomeOf) -> None:
    """Until the waiver expires: then it is."""
    day = datetime.timedelta(days=1)
    waiver = Waiver(practice=IDEMPOTENT, reason="soon", owner="Bo", date=TODAY - day, expires=TODAY + day)
    accepted, expired = Settings(waive=(waiver,)), Settings(waive=(replace(waiver, expires=TODAY - day),))

    assert against(baseline(proving(outcome_of)), failing(outcome_of), settings=accepted).worse == ()
    before = baseline(failing(outcome_of), settings=accepted)
    assert [difference.what for difference in against(before, failing(outcome_of), settings=expired).worse] == [IDEMPOTENT]


def test_what_is_only_said_any_more_is_worse_than_proven() -> None:
    """Nothing shows it now: exit 3. The other way round it is better, and against doubt so is what somebody says."""
    proven, said, doubted = (standing_of(one) for one in (Status.PROVEN, Status.ATTESTED, Status.NOT_PROVEN))

    def changed(old: PracticeStatus, new: PracticeStatus) -> list[tuple[str, str, Verdict]]:
        return [(practice.before, practice.now, practice.weight) for practice in _practices([old], [new])]

    assert changed(proven, said) == [("proven", "attested: reason", Verdict.INCONCLUSIVE)]
    assert changed(said, proven) == [("attested", "proven: reason", Verdict.PASS)]
    assert changed(doubted, said) == [("not proven", "attested: reason", Verdict.PASS)]
    assert changed(said, doubted) == [("attested", "not proven: reason", Verdict.INCONCLUSIVE)]
    assert changed(said, said) == []


def test_what_somebody_accepts_is_no_change_from_what_was_met() -> None:
    """Neither for the worse nor for the better."""
    proven, said = standing_of(Status.PROVEN), standing_of(Status.ATTESTED)
    accepted = replace(standing_of(Status.VIOLATED), waiver="accepted by Bo")

    pairs = [(proven, accepted), (accepted, proven), (said, accepted), (accepted, said)]
    assert [list(_practices([old], [new])) for old, new in pairs] == [[], [], [], []]
    assert [practice.weight for practice in _practices([accepted], [standing_of(Status.VIOLATED)])] == [Verdict.FAIL]


def test_another_seed_is_no_caveat_and_another_version_is(outcome_of: OutcomeOf) -> None:
    """Seeds change people and rows, versions change what is asked."""
    before = replace(baseline(proving(outcome_of)), run=replace(RUN, harness="0"))

    found = against(before, proving(outcome_of))

    assert found.caveats == ("The baseline was made with fiskil-harness 0, this is 1.",)


@pytest.mark.parametrize("is_fast", [True, False])
def test_fast_and_whole_are_compared_where_both_ran(outcome_of: OutcomeOf, *, is_fast: bool) -> None:
    """And that is said."""
    short = judge([proving(outcome_of)], settings=Settings(), seed=1, today=TODAY, is_fast=True, left_out=("t",))
    long = judged(proving(outcome_of), failing(outcome_of, RETRIES, scenario="t"))
    before, now = (short, long) if is_fast else (long, short)

    found = compare(
        now,
        GateResult(result=before, run=RUN),
        settings=Settings(),
        today=TODAY,
        met=(),
        digest="same",
        harness="1",
        name="old.json",
    )

    assert found.worse == ()
    assert "asked each question once" in found.caveats[0]


def test_the_gate_ends_as_the_comparison_says(outcome_of: OutcomeOf) -> None:
    """A shut gate is no reason by itself; an interruption, a fault of ours, a waiver for nothing and a missing part are."""
    now = judged(failing(outcome_of))
    same, worse = (
        against(baseline(failing(outcome_of)), failing(outcome_of)),
        against(baseline(proving(outcome_of)), failing(outcome_of)),
    )

    def code(compared: Comparison | None, result: Judgement = now, **run: Any) -> int:
        return GateResult(result=result, run=replace(RUN, **run), compared=compared).exit_code

    assert [code(None), code(same), code(worse)] == [1, 0, 1]
    assert [code(same, was_interrupted=True), code(same, faults=1)] == [130, 4]
    assert code(same, replace(now, complaints=("a waiver for nothing",))) == 2
    assert code(same, replace(now, remarks=(f"Part 2 of 3 is missing, {NOT_THE_WHOLE}",))) == 2


def test_a_report_of_some_scenarios_is_no_baseline(outcome_of: OutcomeOf) -> None:
    """It asked no gate."""
    some = report_only([proving(outcome_of)], settings=Settings(), seed=1, today=TODAY)

    with pytest.raises(UsageError, match=r"'x\.json' was made by `run`, which asks no gate"):
        refuse_no_baseline(GateResult(result=some, run=replace(RUN, command="run")), "x.json")


def test_a_part_is_no_baseline(outcome_of: OutcomeOf) -> None:
    """Merged with the others it is."""
    part = replace(baseline(proving(outcome_of)), share=Share(number=2, count=3))

    with pytest.raises(UsageError, match=r"'x\.json' is part 2 of 3 of a gate\. Give all parts to `merge` first"):
        refuse_no_baseline(part, "x.json")


def test_a_required_reading_that_broke_is_worse(outcome_of: OutcomeOf) -> None:
    """Only where the baseline tried it too, and the app held."""
    settings = Settings(gate=GateSettings(interpretations=("token.lifetime",)))
    under = replace(proving(outcome_of), scenario="s@token.lifetime=3600", clauses_used=("token.lifetime",))
    broken = replace(failing(outcome_of), scenario="s@token.lifetime=3600", clauses_used=("token.lifetime",))
    told: dict[str, Any] = {"settings": settings}

    found = against(baseline(proving(outcome_of), under, **told), proving(outcome_of), broken, **told)
    new = against(baseline(proving(outcome_of), **told), proving(outcome_of), broken, **told)

    assert [(difference.what, difference.before, difference.now) for difference in found.worse] == [
        ("reading token.lifetime=3600", "holds", "breaks")
    ]
    assert (found.exit_code, new.exit_code) == (1, 0)
