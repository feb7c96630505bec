"""The readable form of a failing plan: fewer races, one line for each twin, and the decisive finding."""

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.simplify import run_of, summary_lines, with_fewer_races, without_timing
from fiskil_harness.scenario.scenario import Scenario

END = steps.Deliver(attempts=5)


def plan(*sequence: object) -> Scenario:
    """Return a plan of these steps, followed by the delivery of everything that is left."""
    return Scenario(name="drawn", practices=("webhooks.idempotent",), steps=(*sequence, END), probes=(probes.AppliesOnce(),))


def finding(probe: str, verdict: Verdict = Verdict.FAIL, **more: str) -> Finding:
    """Return a finding."""
    return Finding(probe=probe, verdict=verdict, observed=f"reported by {probe}", **more)


def test_a_burst_becomes_two_deliveries_in_a_row() -> None:
    """The first one is a retry if the event was delivered before."""
    simpler = without_timing(plan(steps.Burst("e0", copies=4), steps.Burst("e0", copies=2)))

    assert simpler.steps == (steps.DeliverOne("e0"), steps.Retry("e0"), steps.Retry("e0"), steps.Retry("e0"), END)


def test_a_lost_acknowledgement_is_retried_at_the_end() -> None:
    """The retry comes after all other steps, and before the delivery of everything that is left."""
    simpler = without_timing(plan(steps.Authorise(), steps.LoseAcknowledgement("e0"), steps.DeliverOne("e1")))

    assert simpler.steps == (steps.Authorise(), steps.DeliverOne("e0"), steps.DeliverOne("e1"), steps.Retry("e0"), END)


def test_a_kill_during_a_delivery_becomes_a_later_restart() -> None:
    """The delivery is a retry if the event was delivered before."""
    simpler = without_timing(plan(steps.KillDuringDelivery("e0"), steps.KillDuringDelivery("e0", at=0.1)))

    assert simpler.steps == (steps.DeliverOne("e0"), steps.Restart(), steps.Retry("e0"), steps.Restart(), END)


def test_forms_with_fewer_races_come_in_order() -> None:
    """The order is: without restart and race, without race, without restart. Nothing else changes."""
    sequence = plan(steps.Burst("e0", copies=2), steps.Restart())

    forms = list(with_fewer_races(sequence))

    assert [form.steps for form in forms] == [
        (steps.DeliverOne("e0"), steps.Retry("e0"), END),
        (steps.DeliverOne("e0"), steps.Retry("e0"), steps.Restart(), END),
        (steps.Burst("e0", copies=2), END),
    ]
    assert {(form.name, form.practices, form.probes) for form in forms} == {
        (sequence.name, sequence.practices, sequence.probes)
    }


def test_a_plan_without_races_has_no_simpler_form() -> None:
    """The simpler form would be equal to the plan."""
    assert list(with_fewer_races(plan(steps.DeliverOne("e0"), steps.Retry("e0")))) == []


@pytest.mark.parametrize(("retries", "count"), [(2, 2), (3, 0)])
def test_a_form_that_uses_up_every_attempt_is_left_out(retries: int, count: int) -> None:
    """Fiskil makes five attempts, and the last one is kept for the end."""
    sequence = plan(steps.Burst("e0", copies=2), *[steps.Retry("e0")] * retries, steps.Restart())

    assert len([scenario for scenario in with_fewer_races(sequence) if steps.DeliverOne("e0") in scenario.steps]) == count


def test_each_step_has_a_line() -> None:
    """The last step has one as well."""
    assert summary_lines(plan(steps.Authorise(), steps.Burst("e0", copies=3))) == (
        "authorise",
        "burst e0 (copies 3)",
        "deliver (attempts 5)",
    )


def test_consecutive_steps_of_one_twin_are_one_line() -> None:
    """Waits and deliveries in between are included; a step without a twin starts a new line."""
    sequence = plan(
        steps.Authorise(twin="a"),
        steps.Advance(seconds=1),
        steps.Revoke(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="b"),
        steps.Retry("b.e0"),
        steps.Restart(),
    )

    lines = summary_lines(sequence)

    assert lines[0].startswith("a: authorise, advance")
    assert lines[0].endswith("revoke, deliver")
    assert lines[1:] == ("b: authorise", "retry b.e0", steps.step_text(steps.Restart()), "deliver (attempts 5)")


def test_a_step_before_any_twin_has_its_line() -> None:
    """It belongs to no twin."""
    assert summary_lines(plan(steps.Deliver(), steps.Authorise(twin="a"))) == (
        "deliver",
        "a: authorise",
        "deliver (attempts 5)",
    )


def test_of_several_failures_the_last_one_decides() -> None:
    """A plan's first probe is the most general one."""
    run = run_of(plan(), finding("ignores_delivery_order"), finding("loses_nothing"))

    assert (run.probe, run.observed, run.verdict) == ("loses_nothing", "reported by loses_nothing", "FAIL")


@pytest.mark.parametrize(
    ("verdict", "practices", "invariant", "practice"),
    [
        (Verdict.FAIL, (), "I11", "webhooks.prompt-2xx"),
        (Verdict.FAIL, ("webhooks.idempotent",), "I11", ""),
        (Verdict.PASS, (), "", ""),
    ],
)
def test_a_failure_names_the_invariant_and_its_practice(
    verdict: Verdict, practices: tuple[str, ...], invariant: str, practice: str
) -> None:
    """A plan with practices of its own counts for these."""
    unknown = msgspec.structs.replace(plan(steps.DeliverUnknownEvent()), practices=practices)

    run = run_of(unknown, finding("acknowledges_genuine", verdict))

    assert (run.invariant, run.practice) == (invariant, practice)


@pytest.mark.parametrize("probe", ["every_step_done", "every_fault_bit"])
def test_an_incomplete_run_outranks_a_pass(probe: str) -> None:
    """It does not outrank a failure."""
    passed, incomplete = finding("applies_once", Verdict.PASS), finding(probe, Verdict.INCONCLUSIVE)

    assert run_of(plan(), passed, incomplete).probe == probe
    assert run_of(plan(), passed, incomplete, finding("loses_nothing")).probe == "loses_nothing"


def test_without_either_the_first_probe_decides() -> None:
    """The run contains all fields of its finding."""
    first = finding(
        "applies_once",
        Verdict.INCONCLUSIVE,
        expected="once",
        source="webhooks.message-id",
        fix="claim it",
        hook="app.observe",
    )

    run = run_of(plan(steps.Authorise()), first, finding("loses_nothing", Verdict.PASS))

    assert (run.probe, run.expected, run.source, run.fix, run.hook) == (
        "applies_once",
        "once",
        "webhooks.message-id",
        "claim it",
        "app.observe",
    )
    assert run.summary == ("authorise", "deliver (attempts 5)")
