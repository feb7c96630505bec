"""The fifteen invariants: each has a probe, and a receiver that violates one fails under a handwritten plan.

The bounds: one plan for each invariant here, up to a hundred generated ones in the full run.
"""

from collections.abc import Callable

import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.probes import AcknowledgesGenuine, Finding, Verdict, name_of
from fiskil_harness.probes.practices import practice
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.generation import Form, explore
from fiskil_harness.scenario.generation.actions import KILLS, NAMED, Act, Facts
from fiskil_harness.scenario.generation.invariants import RECEIVER_INVARIANTS, Invariant
from fiskil_harness.scenario.generation.simplify import run_of
from fiskil_harness.scenario.generation.strategies import without_unclear
from fiskil_harness.scenario.scenario import Scenario

Drive = Callable[..., Driver]
MakeSettings = Callable[..., Settings]

APP = {
    "command": "{python} durable_receiver.py {port}",
    "drive": {"fail": {"request": "POST /fail?at={point}"}},
    "limits": {"ack_s": 5, "request_deadline_s": 30},
}
SLOW_S = "6"
"""Longer than ``ack_s``, which in turn is longer than a busy machine delays a correct app."""

HAND_OVER, REPLAY = Act("hand_over"), Act("replay")
CHALLENGES = {
    "I13": ("reencode",),
    "I11": ("unknown",),
    "I14": ("odd", "forge", "half"),
    "I4": ("fail", "kill", "lose"),
    "I3": ("hand_over", "restart", "kill_late"),
    "I9": ("hand_over", "late", "fail"),
    "I6": ("replay", "burst_2", "lose"),
    "I5": ("hand_over",),
    "I2": ("replay", "burst_2", "burst_2_retries", "lose", "restart", "kill"),
    "I1": ("forge",),
    "I7": ("forge", "half"),
    "I8": ("foreign", "mixed"),
    "I10": ("hand_over", "replay"),
    "I12": ("forge", "hand_over"),
    "I15": ("forge",),
}
"""The verbs (kinds of act) that test each invariant."""

FLAWS = {
    "I1": ("missing_is_fine", [Act("forge", names=("unsigned",))]),
    "I2": ("body_hash", [HAND_OVER, HAND_OVER]),
    "I3": ("loses_after_ack", [HAND_OVER, Act("restart")]),
    "I4": ("claims_before_failing", [Act("fail", names=("before",))]),
    "I5": ("older_wins", [Act("hand_over", 3)]),
    "I6": ("believes_repetitions", [Act("hand_over", 3), HAND_OVER, REPLAY]),
    "I7": ("moves_before_verifying", [HAND_OVER, Act("forge", names=("unsigned",)), Act("foreign")]),
    "I8": ("believes_consent", [HAND_OVER, Act("mixed")]),
    "I9": ("refuses_late", [Act("late")]),
    "I10": ("slow_repetitions", [HAND_OVER, REPLAY]),
    "I11": ("refuses_unknown", [HAND_OVER, Act("unknown")]),
    "I12": ("tells_signature", [Act("forge", names=("unsigned",))]),
    "I13": ("reserialises", [HAND_OVER, Act("reencode", names=("spaced",))]),
    "I14": ("wedged_by_junk", [Act("odd", names=("null",)), HAND_OVER]),
    "I15": ("tells_signature", [Act("forge", names=("non_ascii_header",))]),
}
"""For each invariant, a flaw that violates it and the acts that show it."""

TRUNCATED = {
    "I7": ("takes_halves", [HAND_OVER, Act("half", 1)], "applies_whole_posts_only"),
    "I14": ("wedged_by_halves", [HAND_OVER, Act("half", 1)], "acknowledges_genuine"),
}
"""Invariants that a truncated message tests."""

TWINNED = {"I5", "I6"}
FORGED = {"I1", "I7", "I12", "I15"}
"""One probe reports violations of these, and the result names the first of them."""


def settings_for(flaw: str, make: MakeSettings, *, gate: dict[str, object] | None = None) -> Settings:
    # With the API's URL, a 5xx is the receiver's own fault.
    return make(app=APP, gate=gate, FLAW=flaw, SLOW_S=SLOW_S, FISKIL_BASE_URL="{api_url}")


@pytest.mark.parametrize("invariant", RECEIVER_INVARIANTS, ids=lambda value: value.id)
def test_every_invariant_has_a_probe(invariant: Invariant) -> None:
    """Its plans have one of its probes, its practice counts generated plans, and a flaw that violates it is known."""
    acts = [Act(verb, names=NAMED[verb][0][:1] if verb in NAMED else ()) for verb in CHALLENGES[invariant.id]]
    plan_probes = {name_of(probe) for act in acts for probe in plan_of([HAND_OVER, act], invariant.id in TWINNED).probes}

    assert set(invariant.probes) & plan_probes
    assert "survives_every_plan" in practice(invariant.practice).probes
    assert invariant.id in FLAWS


@pytest.mark.parametrize("name", list(FLAWS))
def test_a_violation_is_found(name: str, drive: Drive, receiver_settings: MakeSettings) -> None:
    """The handwritten plan fails by a probe of that invariant, and does not fail on the correct receiver."""
    flaw, acts = FLAWS[name]
    plan = plan_of(acts, name in TWINNED)
    flawed, correct = (drive(settings_for(each_flaw, receiver_settings)) for each_flaw in (flaw, ""))

    run = run_of(plan, *flawed.judge(plan, *flawed.perform(plan)))

    assert (run.verdict, run.invariant) == ("FAIL", "I1" if name in FORGED else name)
    assert {finding.verdict for finding in correct.run(plan).findings} <= {Verdict.PASS, Verdict.INCONCLUSIVE}


def test_a_secret_in_a_response_counts_for_one_practice() -> None:
    """If only the search of responses fails, the plan counts for no other practice of the scenario."""
    failed = Finding(probe="responses_contain_no_secrets", verdict=Verdict.FAIL, observed="a response contains a secret")

    run = run_of(plan_of([Act("forge", names=("unsigned",))], is_twinned=False), failed)

    assert (run.invariant, run.practice) == ("I15", "webhooks.signature")


@pytest.mark.parametrize("name", list(TRUNCATED))
def test_an_effect_of_a_truncated_message_is_found(name: str, drive: Drive, receiver_settings: MakeSettings) -> None:
    """A receiver that acts on it, or never recovers, fails; a receiver that waits for the complete message does not."""
    flaw, acts, probe = TRUNCATED[name]
    form = Form(kind="everything")
    plan = form.plan(Facts(synced=1), acts).check()
    flawed, correct = (drive(settings_for(each_flaw, receiver_settings)) for each_flaw in (flaw, ""))

    run = run_of(plan, *flawed.run(plan).findings)

    assert (run.verdict, run.invariant, run.probe) == ("FAIL", name, probe)
    assert Verdict.FAIL not in {finding.verdict for finding in correct.run(plan).findings}


@pytest.mark.parametrize("is_twinned", [False, True])
@pytest.mark.parametrize("verb", list(KILLS))
def test_a_kill_during_a_delivery_fails_no_correct_receiver(
    verb: str, is_twinned: bool, drive: Drive, receiver_settings: MakeSettings
) -> None:
    """The outcome is unknown until the retry is acknowledged and applied once."""
    driver = drive(settings_for("", receiver_settings))

    outcome = driver.run(plan_of([Act(verb), HAND_OVER, REPLAY], is_twinned))

    assert outcome.verdict is not Verdict.FAIL
    assert Verdict.PASS in {finding.verdict for finding in outcome.findings if finding.probe == "loses_nothing"}


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", list(FLAWS))
def test_generated_plans_find_a_violation(name: str, drive: Drive, receiver_settings: MakeSettings) -> None:
    """Up to a hundred plans find it; the shortest one may name another invariant that the flaw violates."""
    # Plans with unlawful messages count as well.
    driver = drive(settings_for(FLAWS[name][0], receiver_settings, gate={"defence_in_depth": True}))

    explored = explore(driver.run, kind="everything", seed=1, wanted=100, can_restart=True, can_fail=True, search_cap_s=500)

    assert explored.failing is not None
    assert explored.runs[-1].invariant


@pytest.mark.parametrize("seed", [1, 2])
def test_a_correct_receiver_violates_no_invariant(seed: int, drive: Drive, receiver_settings: MakeSettings) -> None:
    """Plans of the kind everything do not fail, and have an effect to judge."""
    driver = drive(receiver_settings(app=APP | {"limits": {}}))

    explored = explore(driver.run, kind="everything", seed=seed, wanted=4, can_restart=True, can_fail=True)

    assert explored.failing is None
    assert "PASS" in {run.verdict for run in explored.runs}


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("first", range(0, 50, 5))
@pytest.mark.parametrize("variant", ["", "refuses_losers", "refuses_orphans", "slow_worker"])
def test_a_correct_receiver_never_fails(variant: str, first: int, drive: Drive, receiver_settings: MakeSettings) -> None:
    """It does not fail with any other of fifty seeds, whatever kind of correct receiver it is."""
    driver = drive(receiver_settings(app=APP | {"limits": {}}, VARIANT=variant))

    failing = [
        explore(driver.run, kind="everything", seed=seed, wanted=10, can_restart=True, can_fail=True).failing
        for seed in range(first, first + 5)
    ]

    assert failing == [None] * 5


def test_acts_with_an_unclear_outcome_are_left_out() -> None:
    """No state is compared after a lost acknowledgement, and no consent is mixed up before its first event."""
    acts = [Act("mixed"), HAND_OVER, Act("mixed"), Act("lose", 1), Act("forge", names=("unsigned",)), Act("foreign")]

    assert without_unclear(acts) == [HAND_OVER, Act("mixed"), Act("lose", 1)]


def test_after_a_kill_no_state_is_compared() -> None:
    """Unfinished work may change the state at any time, and a requested failure does not survive a kill."""
    acts = [
        HAND_OVER,
        Act("kill"),
        Act("forge", names=("unsigned",)),
        Act("mixed"),
        Act("fail", names=("before",)),
        Act("kill"),
    ]

    assert without_unclear(acts) == [HAND_OVER, Act("kill"), Act("fail", names=("before",))]


def test_an_early_message_need_not_be_acknowledged() -> None:
    """An app may not know the consent before its first event, and may refuse its messages."""
    early, later = (plan_of(acts, False) for acts in ([Act("unknown"), HAND_OVER], [HAND_OVER, Act("unknown")]))

    assert [AcknowledgesGenuine() in plan.probes for plan in (early, later)] == [False, True]


def plan_of(acts: list[Act], is_twinned: bool) -> Scenario:
    form = Form(kind="everything", is_twinned=is_twinned)
    return form.plan(form.least, acts).check()


def test_a_truncated_event_may_arrive_after_newer_ones() -> None:
    """Its next attempt comes later, so an app that refuses early events need not acknowledge."""
    form = Form(kind="everything")
    names = [
        [name_of(probe) for probe in form.plan(Facts(is_revoked=True), acts).probes]
        for acts in ([Act("half")], [Act("half"), HAND_OVER])
    ]

    assert ["acknowledges_genuine" in name for name in names] == [False, True]
