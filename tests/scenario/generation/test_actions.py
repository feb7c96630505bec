"""The parts of a generated plan: equal facts and acts make equal plans, and Fiskil's last attempt is kept for the end."""

import pytest

from fiskil_harness import probes
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.actions import (
    PROBES,
    REVOKED,
    TOKEN_LIFE_MINUTES,
    Act,
    Facts,
    Form,
    as_steps,
    delivered_events,
    is_out_of_order,
    repeats,
)

END = steps.Deliver(attempts=5)


@pytest.mark.parametrize(
    ("facts", "sequence"),
    [
        (Facts(), [steps.Authorise()]),
        (Facts(synced=2), [steps.Authorise(), steps.Sync("accounts"), steps.Sync("balances")]),
        (Facts(synced=3), [steps.Authorise(), steps.Sync()]),
        (
            Facts(synced=3, more=("touch_consent", "balances")),
            [steps.Authorise(), steps.Sync(), steps.TouchConsent(), steps.Sync("balances")],
        ),
        (Facts(is_revoked=True), [steps.Authorise(), steps.Advance(seconds=1), steps.Revoke()]),
    ],
)
def test_facts_become_steps(facts: Facts, sequence: list[object]) -> None:
    """Every event has a different time; with a name, the steps belong to that twin."""
    assert facts.steps() == sequence
    assert facts.steps("b")[0] == steps.Authorise(twin="b")
    assert {getattr(step, "twin", "b") for step in facts.steps("b")} == {"b"}


@pytest.mark.parametrize(
    ("facts", "count"), [(Facts(), 1), (Facts(synced=3), 4), (Facts(synced=3, more=("balances",), is_revoked=True), 6)]
)
def test_facts_count_their_events(facts: Facts, count: int) -> None:
    """The events are the consent, each sync, later events, and the revocation."""
    assert facts.count == count


@pytest.mark.parametrize(
    ("kind", "has_counts", "has_twins", "least"),
    [
        ("deliveries", True, False, 0),
        ("deliveries", False, True, 3),
        ("order", True, True, 3),
        ("order", False, True, 3),
        ("forgeries", True, False, 0),
        ("forgeries", False, False, 0),
    ],
)
def test_twins_are_needed_for_order_and_without_counts(kind: str, has_counts: bool, has_twins: bool, least: int) -> None:
    """The first syncs of twins complete together, so twins have all of them."""
    form = Form(kind=kind, has_counts=has_counts)  # type: ignore[arg-type]

    assert (form.has_twins, form.least.synced) == (has_twins, least)


def test_a_plan_of_deliveries_performs_the_acts_and_delivers_the_rest() -> None:
    """It has the name, the practice and the probes of its kind."""
    plan = Form(kind="deliveries", end_user="ben").plan(Facts(), [Act("deliver", 0), Act("deliver", 0)])

    assert plan.steps == (steps.Authorise(), steps.DeliverOne("e0"), steps.Retry("e0"), END)
    assert (plan.name, plan.practices, plan.end_user) == ("generated_deliveries", ("webhooks.idempotent",), "ben")
    assert plan.probes == (probes.AppliesOnce(),)


def test_a_plan_of_order_has_three_twins() -> None:
    """Two twins get every event once and in order, and the acts apply to the third."""
    plan = Form(kind="order").plan(Facts(), [Act("deliver", 0)])

    assert plan.steps == (
        *(steps.Authorise(twin="a"), steps.Deliver()),
        *(steps.Authorise(twin="c"), steps.Deliver()),
        *(steps.Authorise(twin="b"), steps.DeliverOne("b.e0"), END),
    )
    assert (plan.practices, plan.probes) == (("webhooks.retries",), PROBES["order"])


@pytest.mark.parametrize(("has_counts", "first"), [(True, ()), (False, REVOKED)])
def test_forgeries_without_counts_begin_with_a_genuine_message(has_counts: bool, first: tuple[object, ...]) -> None:
    """A genuine message of the forged kind shows its effect."""
    plan = Form(kind="forgeries", has_counts=has_counts).plan(Facts(), [Act("forge", names=("unsigned", "empty_key"))])

    assert plan.steps == (*first, steps.Authorise(), steps.Forge("unsigned"), steps.Forge("empty_key"), END)


@pytest.mark.parametrize(
    ("verbs", "sequence"),
    [
        (["deliver"], [steps.DeliverOne("e0")]),
        (["deliver", "deliver"], [steps.DeliverOne("e0"), steps.Retry("e0")]),
        (["replay"], [steps.DeliverOne("e0")]),
        (["deliver", "replay"], [steps.DeliverOne("e0"), steps.Replay("e0")]),
        (["lose", "deliver"], [steps.LoseAcknowledgement("e0"), steps.Retry("e0")]),
        (["burst_3"], [steps.Burst("e0", copies=3)]),
        (["burst_3_retries"], [steps.Burst("e0", copies=3, of="retry")]),
        (
            ["deliver", "deliver", "burst_3_retries"],
            [steps.DeliverOne("e0"), steps.Retry("e0"), steps.Burst("e0", copies=2, of="retry")],
        ),
        (
            ["deliver", "deliver", "deliver", "burst_3_retries"],
            [steps.DeliverOne("e0"), steps.Retry("e0"), steps.Retry("e0"), steps.Burst("e0", copies=3)],
        ),
        (
            ["burst_4_retries", "deliver", "burst_2"],
            [steps.Burst("e0", copies=4, of="retry"), steps.Replay("e0"), steps.Replay("e0")],
        ),
        (["half", "deliver"], [steps.TruncateRequest("e0"), steps.Retry("e0")]),
        (["half_4", "replay"], [steps.TruncateRequest("e0", by="reset", times=4), steps.Replay("e0")]),
        (["deliver", "kill_late"], [steps.DeliverOne("e0"), steps.KillDuringDelivery("e0", at=1.5)]),
        (
            ["half", "half", "half", "half", "kill"],
            [*[steps.TruncateRequest("e0")] * 4, steps.Replay("e0")],
        ),
        (["wait", "deliver"], [steps.Advance(minutes=TOKEN_LIFE_MINUTES), steps.DeliverOne("e0")]),
        (["late", "deliver"], [steps.LateRetry("e0"), steps.Replay("e0")]),
        (["wait", "restart"], [steps.Advance(minutes=TOKEN_LIFE_MINUTES), steps.Restart()]),
    ],
)
def test_acts_become_steps(verbs: list[str], sequence: list[object]) -> None:
    """The first delivery of an event is an attempt, later ones are retries; after four attempts there are only replays."""
    assert list(as_steps([Act(verb, 0) for verb in verbs])) == sequence


def test_one_attempt_is_reserved_for_each_requested_failure() -> None:
    """An app that fails as requested still receives the event with the last attempt."""
    acts = [Act("deliver", 0), Act("fail", 1, names=("processing",)), *[Act("deliver", 0)] * 3]

    assert [step for step in as_steps(acts) if getattr(step, "event", "") == "e0"] == [
        steps.DeliverOne("e0"),
        steps.Retry("e0"),
        steps.Retry("e0"),
        steps.Replay("e0"),
    ]


def test_attempts_are_counted_for_each_event() -> None:
    """The first delivery of another event is its first attempt; symbols of a twin's events contain its name."""
    acts = [Act("deliver", 0), Act("deliver", 1), Act("deliver", 0)]

    assert as_steps(acts, twin="b") == (steps.DeliverOne("b.e0"), steps.DeliverOne("b.e1"), steps.Retry("b.e0"))


@pytest.mark.parametrize(
    ("acts", "does_repeat", "is_disorder"),
    [
        ([Act("deliver", 0), Act("deliver", 1)], False, False),
        ([Act("deliver", 0), Act("deliver", 0)], True, False),
        ([Act("burst_2", 0)], True, False),
        ([Act("lose", 0)], True, False),
        ([Act("deliver", 1), Act("deliver", 0)], False, True),
        ([Act("deliver", 1)], False, True),
        ([Act("deliver", 0), Act("restart")], False, True),
        ([Act("kill", 0)], True, True),
        ([Act("half", 1), Act("deliver", 0)], False, False),
        ([Act("wait"), Act("forge"), Act("deliver", 0)], False, False),
        ([], False, False),
    ],
)
def test_acts_are_classified_by_repetition_and_order(acts: list[Act], does_repeat: bool, is_disorder: bool) -> None:
    """Acts repeat if an event is delivered twice, and are out of order if one is early or a crash comes in between."""
    assert (repeats(acts), is_out_of_order(acts)) == (does_repeat, is_disorder)


def test_acts_without_an_event_deliver_nothing() -> None:
    """Such acts are waits, crashes and forgeries."""
    acts = [Act("wait", 1), Act("deliver", 2), Act("restart", 3), Act("forge", 4), Act("replay", 2)]

    assert delivered_events(acts) == [2, 2]


def test_forgeries_keep_their_position_among_the_acts() -> None:
    """Each forgery is sent in its turn."""
    acts = [Act("deliver", 0), Act("forge", names=("unsigned", "empty_key")), Act("deliver", 0)]

    assert as_steps(acts) == (
        steps.DeliverOne("e0"),
        steps.Forge("unsigned"),
        steps.Forge("empty_key"),
        steps.Retry("e0"),
    )


@pytest.mark.parametrize(
    ("facts", "newest"),
    [
        (Facts(), 0),
        (Facts(synced=3, more=("accounts",)), 0),
        (Facts(synced=3, more=("accounts", "touch_consent", "balances")), 5),
        (Facts(synced=3, more=("touch_consent",), is_revoked=True), 5),
    ],
)
def test_facts_know_the_newest_event_of_the_consent(facts: Facts, newest: int) -> None:
    """It is the revocation, else the latest confirmation, else the consent itself; syncs do not count."""
    assert facts.newest_consent_event == newest


@pytest.mark.parametrize(("verb", "has_probe"), [("hand_over", True), ("half", True), ("kill", False), ("fail", False)])
def test_an_app_that_was_killed_need_not_acknowledge(verb: str, has_probe: bool) -> None:
    """A truncated message does not excuse the app from acknowledging the complete one."""
    form = Form(kind="everything")

    plan = form.plan(Facts(), [Act(verb, names=("before",))])

    assert (probes.AcknowledgesGenuine() in plan.probes) is has_probe
