"""The fourteen promises: each has a checker, and a receiver that breaks it is found out by the plan that one would write.

The bounds: one plan a promise here, up to sixty drawn ones in the full run.
"""

from collections.abc import Callable

import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.probes import AcknowledgesGenuine, Verdict, name_of
from fiskil_harness.probes.practices import practice
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.generation import Form, explore
from fiskil_harness.scenario.generation.actions import KILLS, NAMED, Act, Facts
from fiskil_harness.scenario.generation.receiver_invariants import INVARIANTS, Invariant
from fiskil_harness.scenario.generation.simplify import run_of
from fiskil_harness.scenario.generation.strategies import clear
from fiskil_harness.scenario.scenario import Scenario

Drive = Callable[..., Driver]
MakeSettings = Callable[..., Settings]

APP = {
    "command": "{python} durable_receiver.py {port}",
    "drive": {"fail": {"request": "POST /fail?at={point}"}},
    "limits": {"ack_s": 5, "request_deadline_s": 30},
}
SLOW_S = "6"
"""Longer than ``ack_s``, which in turn is longer than a busy machine keeps a correct app waiting."""

HAND_OVER, REPLAY = Act("hand_over"), Act("replay")
CAST = {
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
}
"""Of each promise a flaw that breaks it, and the acts that one would choose to show it."""

IN_PASSING = {
    "I7": ("takes_halves", [HAND_OVER, Act("half", 1)], "applies_whole_posts_only"),
    "I14": ("wedged_by_halves", [HAND_OVER, Act("half", 1)], "acknowledges_genuine"),
}
"""Promises that half of a message puts to the test."""

TWINNED = {"I5", "I6"}
FORGED = {"I1", "I7", "I12"}
"""One probe sees these broken, and a plan tells the first of them."""


def settings_for(flaw: str, make: MakeSettings) -> Settings:
    return make(app=APP, FLAW=flaw, SLOW_S=SLOW_S)


@pytest.mark.parametrize("one", INVARIANTS, ids=lambda value: value.id)
def test_every_promise_has_a_checker(one: Invariant) -> None:
    """Plans ask a probe of it, its practice lets drawn plans count, and a flaw that breaks it is known."""
    acts = [Act(verb, names=NAMED[verb][0][:1] if verb in NAMED else ()) for verb in one.challenge]
    asked = {name_of(probe) for act in acts for probe in plan_of([HAND_OVER, act], one.id in TWINNED).probes}

    assert set(one.probes) & asked
    assert "survives_every_plan" in practice(one.practice).probes
    assert one.id in CAST


@pytest.mark.parametrize("name", list(CAST))
def test_a_broken_promise_is_seen(name: str, drive: Drive, receiver_settings: MakeSettings) -> None:
    """The plan that one would write fails by a probe of that promise, and on the correct receiver it does not."""
    flaw, acts = CAST[name]
    plan = plan_of(acts, name in TWINNED)
    flawed, correct = (drive(settings_for(text, receiver_settings)) for text in (flaw, ""))

    run = run_of(plan, *flawed.run(plan).findings)

    assert (run.verdict, run.invariant) == ("FAIL", "I1" if name in FORGED else name)
    assert {finding.verdict for finding in correct.run(plan).findings} <= {Verdict.PASS, Verdict.INCONCLUSIVE}


@pytest.mark.parametrize("name", list(IN_PASSING))
def test_what_half_of_a_message_does_is_seen(name: str, drive: Drive, receiver_settings: MakeSettings) -> None:
    """Who acts on it or never recovers is found out; who waits for the whole one is not accused."""
    flaw, acts, probe = IN_PASSING[name]
    form = Form(kind="everything")
    plan = form.plan(Facts(synced=1), acts).check()
    flawed, correct = (drive(settings_for(text, receiver_settings)) for text in (flaw, ""))

    run = run_of(plan, *flawed.run(plan).findings)

    assert (run.verdict, run.invariant, run.probe) == ("FAIL", name, probe)
    assert Verdict.FAIL not in {finding.verdict for finding in correct.run(plan).findings}


@pytest.mark.parametrize("twins", [False, True])
@pytest.mark.parametrize("verb", list(KILLS))
def test_a_kill_amidst_a_delivery_accuses_no_correct_receiver(
    verb: str, twins: bool, drive: Drive, receiver_settings: MakeSettings
) -> None:
    """Nobody knows what became of it, until the retry is acknowledged and applied once."""
    driver = drive(settings_for("", receiver_settings))

    outcome = driver.run(plan_of([Act(verb), HAND_OVER, REPLAY], twins))

    assert outcome.verdict is not Verdict.FAIL
    assert Verdict.PASS in {finding.verdict for finding in outcome.findings if finding.probe == "loses_nothing"}


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", list(CAST))
def test_drawn_plans_find_a_broken_promise(name: str, drive: Drive, receiver_settings: MakeSettings) -> None:
    """Up to a hundred plans find it, though which promise the shortest plan tells may be another that the flaw breaks."""
    driver = drive(settings_for(CAST[name][0], receiver_settings))

    explored = explore(driver.run, kind="everything", seed=1, wanted=100, can_restart=True, can_fail=True, search_cap_s=500)

    assert explored.failing is not None
    assert explored.runs[-1].invariant


@pytest.mark.parametrize("seed", [1, 2])
def test_a_correct_receiver_keeps_every_promise(seed: int, drive: Drive, receiver_settings: MakeSettings) -> None:
    """Plans of everything accuse it of nothing, and have something to judge."""
    driver = drive(receiver_settings(app=APP | {"limits": {}}))

    explored = explore(driver.run, kind="everything", seed=seed, wanted=4, can_restart=True, can_fail=True)

    assert explored.failing is None
    assert "PASS" in {run.verdict for run in explored.runs}


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("first", range(0, 50, 5))
@pytest.mark.parametrize("variant", ["", "refuses_losers", "refuses_orphans", "slow_worker"])
def test_a_correct_receiver_is_never_accused(
    variant: str, first: int, drive: Drive, receiver_settings: MakeSettings
) -> None:
    """Nor with any other of fifty seeds, whatever kind of correct receiver it is."""
    driver = drive(receiver_settings(app=APP | {"limits": {}}, VARIANT=variant))

    failing = [
        explore(driver.run, kind="everything", seed=seed, wanted=10, can_restart=True, can_fail=True).failing
        for seed in range(first, first + 5)
    ]

    assert failing == [None] * 5


def test_what_is_in_doubt_is_left_out() -> None:
    """After a lost answer nobody looks for a move, and nobody's consent is mixed up before it was told."""
    acts = [Act("mixed"), HAND_OVER, Act("mixed"), Act("lose", 1), Act("forge", names=("unsigned",)), Act("foreign")]

    assert clear(acts) == [HAND_OVER, Act("mixed"), Act("lose", 1)]


def test_after_a_kill_amidst_a_delivery_nobody_looks_for_a_move() -> None:
    """What was under way may show at any time; and no order to fail outlives a kill."""
    acts = [
        HAND_OVER,
        Act("kill"),
        Act("forge", names=("unsigned",)),
        Act("mixed"),
        Act("fail", names=("before",)),
        Act("kill"),
    ]

    assert clear(acts) == [HAND_OVER, Act("kill"), Act("fail", names=("before",))]


def test_nobody_must_acknowledge_what_comes_too_early() -> None:
    """A consent that was never told may be unknown, and its messages be refused for now."""
    early, later = (plan_of(acts, False) for acts in ([Act("unknown"), HAND_OVER], [HAND_OVER, Act("unknown")]))

    assert [AcknowledgesGenuine() in plan.probes for plan in (early, later)] == [False, True]


def plan_of(acts: list[Act], twins: bool) -> Scenario:
    form = Form(kind="everything", is_twinned=twins)
    return form.plan(form.least, acts).check()


def test_an_event_of_which_half_came_may_be_overtaken() -> None:
    """Its next attempt waits while newer events come, so whoever refuses orphans is asked for no acknowledgement."""
    form = Form(kind="everything")
    names = [
        [name_of(probe) for probe in form.plan(Facts(is_revoked=True), acts).probes]
        for acts in ([Act("half")], [Act("half"), HAND_OVER])
    ]

    assert ["acknowledges_genuine" in name for name in names] == [False, True]
