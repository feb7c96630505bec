"""survives_every_plan: a failing plan is the evidence, an incomplete plan is inconclusive, a pass needs an effect."""

import msgspec
import pytest

from fiskil_harness.journal import Journal, PlanRun
from fiskil_harness.probes import SurvivesEveryPlan, Verdict
from fiskil_harness.probes.webhooks.survives_every_plan import probe_of_failed_plan

PROBE = SurvivesEveryPlan()


def journal(*runs: PlanRun) -> Journal:
    """Build a journal with these plan runs."""
    recorded = Journal()
    for plan_run in runs:
        recorded.write(plan_run)
    return recorded


def plan_run(number: int, verdict: Verdict = Verdict.PASS, **more: object) -> PlanRun:
    """Build the record of one plan that was run."""
    return PlanRun(number=number, verdict=verdict, **{"observed": f"saw {number}", "probe": "applies_once", **more})  # type: ignore[arg-type]


def test_a_failing_plan_is_reported_with_the_texts_of_its_probe() -> None:
    """The finding has every step, three lines of evidence, and the probe's expectation, source and fix."""
    failed = plan_run(
        2,
        Verdict.FAIL,
        summary=("authorise", "retry e0"),
        evidence=("one", "two", "three", "four"),
        expected="once",
        source="webhooks.signature",
        fix="claim it",
    )

    finding = PROBE.examine(journal(plan_run(1), failed, plan_run(3, Verdict.FAIL)))

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "plan 2 failed, in its shortest form: applies_once: saw 2")
    assert finding.evidence == ("authorise", "retry e0", "one", "two", "three")
    assert (finding.expected, finding.source, finding.fix) == ("once", "webhooks.signature", "claim it")


def test_missing_texts_are_those_of_this_probe() -> None:
    """A FAIL always has a fix."""
    finding = PROBE.examine(journal(plan_run(1, Verdict.FAIL)))

    assert (finding.expected, finding.source, finding.fix) == (PROBE.expected, PROBE.source, PROBE.fix)


@pytest.mark.parametrize("probe", ["every_step_done", "every_fault_bit"])
def test_an_incomplete_plan_is_inconclusive(probe: str) -> None:
    """It stays inconclusive although other plans passed."""
    finding = PROBE.examine(journal(plan_run(1), plan_run(2, Verdict.INCONCLUSIVE, probe=probe, observed="it hung")))

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "plan 2 of 2 could not be judged: it hung")


def test_plans_without_an_effect_are_inconclusive() -> None:
    """The reason and the hook are those of the first plan."""
    finding = PROBE.examine(
        journal(
            plan_run(1, Verdict.INCONCLUSIVE, hook="app.observe.effects"), plan_run(2, Verdict.INCONCLUSIVE, hook="another")
        )
    )

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")
    assert finding.observed == "2 plans were run, and no effect was visible: saw 1"


def test_one_plan_with_an_effect_is_enough_to_pass() -> None:
    """The finding counts the plans with an effect."""
    finding = PROBE.examine(journal(plan_run(1, Verdict.INCONCLUSIVE), plan_run(2), plan_run(3)))

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert finding.observed == "3 plans were run, 2 of them with a visible effect"


def test_without_plans_the_result_is_inconclusive() -> None:
    """Nothing was examined."""
    assert PROBE.examine(journal()).verdict is Verdict.INCONCLUSIVE


def test_the_probe_that_failed_is_read_from_the_finding() -> None:
    """Only a FAIL of this probe is about a plan."""
    failed = PROBE.examine(journal(plan_run(2, Verdict.FAIL)))
    passed = PROBE.examine(journal(plan_run(2)))

    assert probe_of_failed_plan(failed) == "applies_once"
    assert probe_of_failed_plan(passed) == ""
    assert probe_of_failed_plan(msgspec.structs.replace(failed, probe="applies_once")) == ""
    assert probe_of_failed_plan(msgspec.structs.replace(failed, verdict=Verdict.INCONCLUSIVE)) == ""
