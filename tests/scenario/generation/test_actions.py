"""The parts of a generated plan: equal facts and acts make equal plans, and Fiskil's last attempt is kept for the end."""

import pytest

from fiskil_harness import probes
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.actions import (
    NAMED,
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
        (
            ["deliver", "replay", "deliver", "deliver", "deliver", "deliver"],
            [
                *(steps.DeliverOne("e0"), steps.Replay("e0")),
                *(steps.Retry("e0"), steps.Retry("e0"), steps.Retry("e0"), steps.Replay("e0")),
            ],
        ),
        (
            ["burst_2", "deliver", "deliver", "deliver", "deliver"],
            [steps.Burst("e0", copies=2), steps.Retry("e0"), steps.Retry("e0"), steps.Retry("e0"), steps.Replay("e0")],
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


def test_an_event_is_delivered_once_even_if_every_attempt_is_reserved() -> None:
    """The failures need the other attempts, and repetitions are replays."""
    acts = [*[Act("fail", 1, names=("before",))] * 4, Act("deliver", 0), Act("deliver", 0)]

    assert [step for step in as_steps(acts) if getattr(step, "event", "") == "e0"] == [
        steps.DeliverOne("e0"),
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


@pytest.mark.parametrize("twin", ["", "b"])
def test_a_failure_is_requested_before_the_first_attempt_only(twin: str) -> None:
    """It concerns the end user whose event is delivered; a second request for the same event is a mere retry."""
    acts = [Act("fail", 1, names=("midway",)), Act("fail", 1, names=("after",))]
    event = f"{twin}.e1" if twin else "e1"

    assert as_steps(acts, twin=twin) == (
        steps.FailNext(at="midway", twin=twin),
        steps.DeliverOne(event),
        steps.Retry(event),
    )


@pytest.mark.parametrize("twin", ["", "b"])
def test_acts_without_an_event_concern_the_twin(twin: str) -> None:
    """A message for two end users has the consent of one and the id of the other."""
    acts = [Act("unknown"), Act("foreign"), Act("mixed"), Act("restart"), Act("wait")]

    assert as_steps(acts, twin=twin) == (
        steps.DeliverUnknownEvent(twin=twin),
        steps.DeliverForeign(twin=twin),
        steps.DeliverMixed(consent_of=twin, end_user_of="b"),
        steps.Restart(),
        steps.Advance(minutes=TOKEN_LIFE_MINUTES),
    )


def test_unusual_messages_are_sent_one_by_one() -> None:
    """Each name is a step."""
    odd, encoded = NAMED["odd"][0][:2], NAMED["reencode"][0][:1]

    assert as_steps([Act("odd", names=odd), Act("reencode", names=encoded)]) == (
        *(steps.Distort(name) for name in odd),
        steps.Reencode(encoded[0]),
    )


GENERAL = (probes.LosesNothing(), probes.AcknowledgesPromptly())
GENUINE = (probes.AcknowledgesGenuine(),)
LAST = (probes.KeepsSecretsOutOfLogs(), probes.AppliesOnce())


@pytest.mark.parametrize(
    ("form", "acts", "expected"),
    [
        ({}, [], (*GENERAL, *GENUINE, *LAST)),
        (
            {"is_twinned": True},
            [Act("half", 0), Act("deliver", 0)],
            (probes.IgnoresDeliveryOrder(), *GENERAL, *GENUINE, *LAST),
        ),
        ({"folds": True}, [], (probes.ReachesEventState(), *GENERAL, *GENUINE, *LAST)),
        ({"folds": True}, [Act("odd")], (*GENERAL, *GENUINE, *LAST)),
        (
            {"folds": True, "is_twinned": True},
            [],
            (probes.IgnoresDeliveryOrder(), probes.ReachesEventState(), *GENERAL, *GENUINE, *LAST),
        ),
        ({}, [Act("half", 0), Act("deliver", 0)], (*GENERAL, *GENUINE, *LAST, probes.AppliesWholePostsOnly())),
        ({}, [Act("half_4", 0), Act("deliver", 0)], (*GENERAL, *GENUINE, *LAST, probes.AppliesWholePostsOnly())),
        ({}, [Act("forge")], (*GENERAL, *GENUINE, *LAST, probes.ResponsesContainNoSecrets(), probes.RefusesForgeries())),
        ({}, [Act("foreign")], (*GENERAL, *GENUINE, probes.SeparatesEndUsers(), *LAST)),
        ({}, [Act("mixed", 0)], (*GENERAL, probes.SeparatesEndUsers(), *LAST)),
        (
            {},
            [Act("deliver", 0), Act("mixed", 0)],
            (*GENERAL, *GENUINE, probes.SeparatesEndUsers(), *LAST),
        ),
        ({}, [Act("unknown")], (*GENERAL, *LAST)),
        ({}, [Act("reencode")], (*GENERAL, *LAST)),
        ({}, [Act("deliver", 0), Act("unknown")], (*GENERAL, *GENUINE, *LAST)),
        ({}, [Act("deliver", 1)], (*GENERAL, *LAST)),
        ({}, [Act("restart")], (*GENERAL, *GENUINE, *LAST)),
        ({}, [Act("kill_early", 0)], (*GENERAL, *LAST)),
        ({}, [Act("kill_late", 0)], (*GENERAL, *LAST)),
        ({}, [Act("fail", 0, names=("after",))], (*GENERAL, *LAST)),
    ],
)
def test_a_plan_of_everything_has_every_probe_that_can_judge_it(
    form: dict[str, bool], acts: list[Act], expected: tuple[object, ...]
) -> None:
    """The most general probe is first."""
    plan = Form(kind="everything", **form).plan(Facts(synced=3), acts)  # type: ignore[arg-type]

    assert plan.probes == expected
    assert plan.practices == ()


@pytest.mark.parametrize(
    ("acts", "has_probe"),
    [
        ([Act("half", 0), Act("deliver", 0)], True),
        ([Act("half", 3), Act("deliver", 0)], True),
        ([Act("half", 0)], False),
        ([Act("half", 1), Act("deliver", 0)], False),
        ([Act("half", 0), Act("half", 1), Act("half", 2), Act("half", 3)], True),
        ([Act("half", 1), Act("half", 0), Act("half", 3)], False),
    ],
)
def test_a_truncated_event_may_be_overtaken(acts: list[Act], has_probe: bool) -> None:
    """Its next attempt comes after a newer event, which the app may refuse until then."""
    plan = Form(kind="everything").plan(Facts(synced=3), acts)

    assert (probes.AcknowledgesGenuine() in plan.probes) is has_probe


@pytest.mark.parametrize(
    ("kind", "has_counts", "verb", "has_other"),
    [
        ("everything", True, "foreign", True),
        ("everything", False, "mixed", True),
        ("everything", True, "forge", False),
        ("forgeries", True, "foreign", False),
        ("forgeries", False, "forge", True),
        ("deliveries", True, "foreign", False),
    ],
)
def test_a_plan_has_another_end_user_if_its_messages_need_one(
    kind: str, has_counts: bool, verb: str, has_other: bool
) -> None:
    """The other one serves for comparison, or messages refer to it."""
    plan = Form(kind=kind, has_counts=has_counts).plan(Facts(), [Act(verb)])  # type: ignore[arg-type]

    assert (plan.steps[: len(REVOKED)] == REVOKED) is has_other


@pytest.mark.parametrize(("kind", "is_exact"), [("order", True), ("deliveries", False), ("forgeries", False)])
def test_a_reducer_adds_a_probe_about_the_order(kind: str, is_exact: bool) -> None:
    """It computes the state that the events lead to."""
    plan = Form(kind=kind, folds=True).plan(Facts(), [])  # type: ignore[arg-type]

    assert (plan.probes[-1] == probes.ReachesEventState()) is is_exact
