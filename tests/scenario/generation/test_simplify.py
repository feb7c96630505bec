"""How a plan reads best: fewer races, a twin's life on one line, and the finding that decides."""

import pytest

from fiskil_harness import probes
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.simplify import with_fewer_races, summary_lines, run_of, without_timing
from fiskil_harness.scenario.scenario import Scenario

END = steps.Deliver(attempts=5)


def plan(*made: object) -> Scenario:
    """A plan of these steps, and the hand-over of what is left."""
    return Scenario(name="drawn", practices=("webhooks.idempotent",), steps=(*made, END), probes=(probes.AppliesOnce(),))


def finding(probe: str, verdict: Verdict = Verdict.FAIL, **more: str) -> Finding:
    """A finding."""
    return Finding(probe=probe, verdict=verdict, observed=f"{probe} saw it", **more)


def test_a_burst_becomes_two_deliveries_in_a_row() -> None:
    """The first is a delivery where there was none yet, and a retry where there was."""
    calm = without_timing(plan(steps.Burst("e0", copies=4), steps.Burst("e0", copies=2)))

    assert calm.steps == (steps.DeliverOne("e0"), steps.Retry("e0"), steps.Retry("e0"), steps.Retry("e0"), END)


def test_a_lost_acknowledgement_is_retried_at_the_end() -> None:
    """After everything else, and before the hand-over of what is left."""
    calm = without_timing(plan(steps.Authorise(), steps.LoseAcknowledgement("e0"), steps.DeliverOne("e1")))

    assert calm.steps == (steps.Authorise(), steps.DeliverOne("e0"), steps.DeliverOne("e1"), steps.Retry("e0"), END)


def test_a_kill_amidst_a_delivery_becomes_one_after_it() -> None:
    """A retry where the event had come, and a restart when its answer is there."""
    calm = without_timing(plan(steps.KillDuringDelivery("e0"), steps.KillDuringDelivery("e0", at=0.1)))

    assert calm.steps == (steps.DeliverOne("e0"), steps.Restart(), steps.Retry("e0"), steps.Restart(), END)


def test_calmer_forms_come_calmest_first() -> None:
    """Without a restart and a race, without a race, without a restart; nothing else changes."""
    made = plan(steps.Burst("e0", copies=2), steps.Restart())

    forms = list(with_fewer_races(made))

    assert [form.steps for form in forms] == [
        (steps.DeliverOne("e0"), steps.Retry("e0"), END),
        (steps.DeliverOne("e0"), steps.Retry("e0"), steps.Restart(), END),
        (steps.Burst("e0", copies=2), END),
    ]
    assert {(form.name, form.practices, form.probes) for form in forms} == {(made.name, made.practices, made.probes)}


def test_a_calm_plan_has_no_calmer_form() -> None:
    """It is what it would become."""
    assert list(with_fewer_races(plan(steps.DeliverOne("e0"), steps.Retry("e0")))) == []


@pytest.mark.parametrize(("retries", "count"), [(2, 2), (3, 0)])
def test_a_form_that_uses_up_every_attempt_is_left_out(retries: int, count: int) -> None:
    """Fiskil makes five, and the last is kept for the end."""
    made = plan(steps.Burst("e0", copies=2), *[steps.Retry("e0")] * retries, steps.Restart())

    assert len([scenario for scenario in with_fewer_races(made) if steps.DeliverOne("e0") in scenario.steps]) == count


def test_a_line_is_a_step() -> None:
    """In words, the last one too."""
    assert summary_lines(plan(steps.Authorise(), steps.Burst("e0", copies=3))) == (
        "authorise",
        "burst e0 (copies 3)",
        "deliver (attempts 5)",
    )


def test_the_life_of_a_twin_is_one_line() -> None:
    """With the waits and deliveries in it; another twin begins a line of its own, and so does what is nobody's."""
    made = plan(
        steps.Authorise(twin="a"),
        steps.Advance(seconds=1),
        steps.Revoke(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="b"),
        steps.Retry("b.e0"),
        steps.Restart(),
    )

    lines = summary_lines(made)

    assert lines[0].startswith("a: authorise, advance")
    assert lines[0].endswith("revoke, deliver")
    assert lines[1:] == ("b: authorise", "retry b.e0", steps.step_text(steps.Restart()), "deliver (attempts 5)")


def test_a_wait_before_any_twin_is_a_line() -> None:
    """It is nobody's life."""
    assert summary_lines(plan(steps.Deliver(), steps.Authorise(twin="a"))) == ("deliver", "a: authorise", "deliver (attempts 5)")


def test_of_several_failures_the_last_one_is_told() -> None:
    """A plan's first probe asks the widest question."""
    run = run_of(plan(), finding("ignores_delivery_order"), finding("loses_nothing"))

    assert (run.probe, run.observed, run.verdict) == ("loses_nothing", "loses_nothing saw it", "FAIL")


@pytest.mark.parametrize("undone", ["every_step_done", "every_fault_bit"])
def test_what_kept_a_plan_from_its_end_outranks_a_pass(undone: str) -> None:
    """But not a failure."""
    passed, kept = finding("applies_once", Verdict.PASS), finding(undone, Verdict.INCONCLUSIVE)

    assert run_of(plan(), passed, kept).probe == undone
    assert run_of(plan(), passed, kept, finding("loses_nothing")).probe == "loses_nothing"


def test_without_either_the_first_probe_answers() -> None:
    """With all that it says."""
    told = finding(
        "applies_once",
        Verdict.INCONCLUSIVE,
        expected="once",
        source="webhooks.message-id",
        fix="claim it",
        hook="app.observe",
    )

    run = run_of(plan(steps.Authorise()), told, finding("loses_nothing", Verdict.PASS))

    assert (run.probe, run.expected, run.source, run.fix, run.hook) == (
        "applies_once",
        "once",
        "webhooks.message-id",
        "claim it",
        "app.observe",
    )
    assert run.summary == ("authorise", "deliver (attempts 5)")
