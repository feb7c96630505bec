"""survives_every_plan: a failing plan is the witness, one that came to no end is doubt, and a pass needs an effect."""

import pytest

from fiskil_harness.journal import Journal, PlanRun
from fiskil_harness.probes import SurvivesEveryPlan, Verdict

PROBE = SurvivesEveryPlan()


def journal(*runs: PlanRun) -> Journal:
    """A journal of plans."""
    made = Journal()
    for run in runs:
        made.write(run)
    return made


def run(number: int, verdict: str = "PASS", **more: object) -> PlanRun:
    """What came of a plan."""
    return PlanRun(number=number, verdict=verdict, **{"seen": f"saw {number}", "probe": "applies_once", **more})  # type: ignore[arg-type]


def test_a_failing_plan_is_told_whole_with_what_its_probe_says() -> None:
    """Every step, three pieces of evidence, and the expectation, source and remedy of the probe that failed."""
    failed = run(
        2,
        "FAIL",
        summary=("authorise", "retry e0"),
        evidence=("one", "two", "three", "four"),
        expected="once",
        source="webhooks.signature",
        fix="claim it",
    )

    finding = PROBE.examine(journal(run(1), failed, run(3, "FAIL")))

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "plan 2 failed, at its shortest: applies_once: saw 2")
    assert finding.evidence == ("authorise", "retry e0", "one", "two", "three")
    assert (finding.expected, finding.source, finding.fix) == ("once", "webhooks.signature", "claim it")
    assert finding.examined == 3


def test_where_its_probe_says_nothing_ours_does() -> None:
    """A reader is never left without a remedy."""
    finding = PROBE.examine(journal(run(1, "FAIL")))

    assert (finding.expected, finding.source, finding.fix) == (PROBE.expected, PROBE.source, PROBE.fix)


@pytest.mark.parametrize("probe", ["every_step_done", "every_fault_bit"])
def test_a_plan_that_came_to_no_end_is_doubt(probe: str) -> None:
    """Though others passed."""
    finding = PROBE.examine(journal(run(1), run(2, "INCONCLUSIVE", probe=probe, observed="it hung")))

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "plan 2 of 2 could not be judged: it hung")


def test_plans_without_an_effect_prove_nothing() -> None:
    """The reason and the hook are those of the first."""
    finding = PROBE.examine(
        journal(run(1, "INCONCLUSIVE", hook="app.observe.effects"), run(2, "INCONCLUSIVE", hook="another"))
    )

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")
    assert finding.observed == "2 plans were run and showed no effect: saw 1"


def test_one_telling_plan_is_enough_to_pass() -> None:
    """How many told something is what was examined."""
    finding = PROBE.examine(journal(run(1, "INCONCLUSIVE"), run(2), run(3)))

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert finding.observed == "3 plans were run, 2 of them with an effect to judge"


def test_no_plan_proves_nothing() -> None:
    """Nothing was examined."""
    assert PROBE.examine(journal()).verdict is Verdict.INCONCLUSIVE
