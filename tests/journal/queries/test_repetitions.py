"""Ways in which messages are repeated: each way is a cause of duplicate effects."""

import pytest

from fiskil_harness.journal import DURING_KILL
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.repetitions import LONG_AFTER, Repeated, messages_between, repeated, ways_repeated
from fiskil_harness.probes import AppliesOnce, Verdict
from tests.probes.receivers import receiver_journal

LOST_RESPONSE = "hung up before reading the response"


def cases(courier: JournalBuilder, **counts: int) -> dict[str, Verdict]:
    """Return the verdict of each way if the app reports *counts*."""
    courier.effects(applied=counts)
    return {case.name: case.verdict for case in AppliesOnce().examine(courier.journal).cases}


@pytest.mark.parametrize(
    ("first", "again", "way"),
    [
        ({}, {"attempt": 2}, "retry"),
        ({}, {"kind": "replay"}, "replay"),
        ({}, {"kind": "replay", "name": "unpadded"}, "reencoded"),
        ({"group": 3}, {"group": 3}, "burst"),
        ({}, {"group": 3, "attempt": 2}, "workers"),
        ({"status": None, "problem": LOST_RESPONSE}, {"attempt": 2}, "lost_response"),
    ],
)
def test_a_repetition_is_classified_by_its_way(first: dict[str, object], again: dict[str, object], way: str) -> None:
    """The way depends on the relation of the second delivery to the first one."""
    courier = receiver_journal()
    courier.deliver("e0", **first)  # type: ignore[arg-type]
    courier.deliver("e0", **again)  # type: ignore[arg-type]

    assert ways_repeated(courier.journal) == {"m-e0": {way}}


@pytest.mark.parametrize(("status", "way"), [(204, "restart"), (None, "interrupted")])
def test_a_kill_between_deliveries_determines_the_way(status: int | None, way: str) -> None:
    """An acknowledgement before the kill makes it a restart; otherwise the delivery was cut off."""
    courier = receiver_journal()
    courier.deliver("e0", status=status, problem="" if status else "connection reset")
    courier.kill()
    courier.deliver("e0", attempt=2)

    assert ways_repeated(courier.journal) == {"m-e0": {way}}


def test_a_repetition_after_many_other_messages_is_late() -> None:
    """More than a hundred other messages between two deliveries make the second one late."""
    courier = receiver_journal()
    courier.deliver("e0")
    for number in range(LONG_AFTER + 1):
        courier.event(f"f{number}", "telco.account.updated")
        courier.deliver(f"f{number}")
    courier.deliver("e0", kind="replay")

    assert ways_repeated(courier.journal)["m-e0"] == {"late"}


def test_a_second_effect_counts_against_its_way_only() -> None:
    """A receiver that applies retries again may still recognise the same bytes."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.deliver("e1")
    courier.deliver("e1", kind="replay")

    assert cases(courier, e0=2, e1=1) == {"retry": Verdict.FAIL, "replay": Verdict.PASS}


def test_a_way_without_a_second_effect_lists_its_messages() -> None:
    """The reader sees which messages were judged."""
    courier = receiver_journal()
    courier.deliver("e1")
    courier.deliver("e1", kind="replay")
    courier.effects(applied={"e1": 1})

    [case] = AppliesOnce().examine(courier.journal).cases
    assert (case.name, case.verdict, case.events) == ("replay", Verdict.PASS, ("e1",))


def test_of_two_plain_ways_both_are_suspected() -> None:
    """Nothing shows which of them caused the second effect."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.deliver("e0", kind="replay")

    assert cases(courier, e0=2) == {"retry": Verdict.FAIL, "replay": Verdict.FAIL}


def test_a_message_with_two_ways_is_explained_by_the_failing_one() -> None:
    """If one of the two ways fails for another message, it explains the second effect."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.deliver("e1")
    courier.deliver("e1", attempt=2)
    courier.deliver("e1", kind="replay")
    courier.deliver("e2")
    courier.deliver("e2", kind="replay")

    assert cases(courier, e0=2, e1=2, e2=1) == {"retry": Verdict.FAIL, "replay": Verdict.PASS}


def test_a_race_is_inconclusive_if_plain_repetitions_are_applied_again() -> None:
    """A receiver that never recognises a message does not have a race."""
    courier = receiver_journal()
    courier.deliver("e0", group=1)
    courier.deliver("e0", group=1)
    courier.deliver("e1")
    courier.deliver("e1", kind="replay")

    assert cases(courier, e0=2, e1=2) == {"replay": Verdict.FAIL, "burst": Verdict.INCONCLUSIVE}
    assert cases(courier, e0=2, e1=1) == {"replay": Verdict.PASS, "burst": Verdict.FAIL}


@pytest.mark.parametrize(("count", "verdict"), [(1, Verdict.PASS), (2, Verdict.FAIL), (6, Verdict.INCONCLUSIVE)])
def test_workers_without_shared_state_apply_some_of_many_deliveries(count: int, verdict: Verdict) -> None:
    """Two effects of six deliveries mean two processes; six effects mean that nothing is remembered."""
    courier = receiver_journal()
    courier.deliver("e0")
    for group in range(1, 6):
        courier.deliver("e0", kind="replay", group=group)

    assert cases(courier, e0=count) == {"workers": verdict}


def test_a_race_names_all_its_messages() -> None:
    """Chance decides which message is applied twice, and two runs must have the same report."""
    courier = receiver_journal()
    for event in ("e0", "e1"):
        courier.deliver(event, group=1)
        courier.deliver(event, group=1)
    courier.effects(applied={"e0": 1, "e1": 2})

    (case,) = AppliesOnce().examine(courier.journal).cases

    assert (case.name, case.verdict, case.events) == ("burst", Verdict.FAIL, ("e0", "e1"))


def test_deliveries_during_a_kill_are_cut_off_with_any_outcome() -> None:
    """Timing decides which delivery gets a response before the kill, so the finding names no message."""
    courier = receiver_journal()
    courier.deliver("e0", name=DURING_KILL)
    courier.deliver("e1", name=DURING_KILL, status=None, problem="connection reset")
    courier.kill()
    courier.deliver("e1", attempt=2)
    courier.deliver("e0", kind="replay")
    courier.effects(applied={"e0": 1, "e1": 2})

    finding = AppliesOnce().examine(courier.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ())
    assert finding.observed == "a message that was being delivered when the app was killed was applied more than once"
    assert [(case.name, case.verdict, case.events) for case in finding.cases] == [
        ("interrupted", Verdict.FAIL, ("e0", "e1"))
    ]


def test_a_race_that_passes_once_can_still_fail() -> None:
    """A kill hits one message inside its critical section and another one outside."""
    courier = receiver_journal()
    courier.deliver("e0", name=DURING_KILL)
    courier.deliver("e1", name=DURING_KILL)
    courier.kill()
    courier.deliver("e0", attempt=2)
    courier.deliver("e1", attempt=2)
    courier.kill()
    courier.deliver("e1", kind="replay")

    assert cases(courier, e0=1, e1=2) == {"interrupted": Verdict.FAIL}


@pytest.mark.parametrize(("others", "number"), [(299, 0), (300, 300), (999, 300), (1000, 1000)])
def test_the_distance_of_a_repetition_is_a_round_number(others: int, number: int) -> None:
    """A slow app gets fewer messages, and the finding must be the same in every run."""
    courier = receiver_journal()
    courier.deliver("e0")
    for other in range(others):
        courier.send(
            event="unknown_event",
            participant="",
            message_id=f"id-{other}",
            attempt=1,
            kind="genuine",
            status=204,
            claims="telco.account.updated",
        )
    courier.deliver("e0", kind="replay")

    assert messages_between(courier.journal) == number


def deliver_in(courier: JournalBuilder, event: str, *ways: str) -> None:
    """Deliver an event, and repeat it in each of *ways*; a burst is one of two copies."""
    group = int(event[1:]) + 1 if "burst" in ways else 0
    problem = LOST_RESPONSE if "lost_response" in ways else ""
    if "failed" in ways:
        courier.request_failure()
    courier.deliver(event, group=group, status=None if problem else 204, problem=problem)
    if group:
        courier.deliver(event, group=group)
    if problem:
        courier.deliver(event, attempt=2)
    for way in ways:
        if way in {"retry", "replay"}:
            courier.deliver(event, **({"attempt": 3} if way == "retry" else {"kind": "replay"}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("messages", "counts", "failing"),
    [
        ([("retry",), ("replay",)], (2, 2), {"retry", "replay"}),
        ([("retry",), ("replay",), ("retry", "replay")], (1, 1, 2), {"retry", "replay"}),
        ([("retry",), ("retry", "replay")], (1, 2), {"replay"}),
        ([("failed", "retry"), ("lost_response", "replay")], (2, 2), {"failed", "lost_response"}),
        ([("failed", "retry"), ("failed",)], (2, 1), {"retry"}),
        ([("failed", "lost_response")], (2,), {"failed"}),
        ([("burst", "retry"), ("burst",)], (2, 1), {"burst"}),
        ([("burst", "retry"), ("retry",)], (2, 1), {"burst"}),
        ([("retry",), ("retry", "replay"), ("replay",)], (2, 2, 1), {"retry"}),
    ],
)
def test_a_second_effect_has_the_most_significant_possible_cause(
    messages: list[tuple[str, ...]], counts: tuple[int, ...], failing: set[str]
) -> None:
    """A way that passed alone is no cause, unless its result depends on timing; each message may have another cause."""
    courier = receiver_journal()
    for number, ways in enumerate(messages):
        deliver_in(courier, f"e{number}", *ways)

    found = cases(courier, **{f"e{number}": count for number, count in enumerate(counts)})

    assert {name for name, verdict in found.items() if verdict is not Verdict.PASS} == failing
    assert found.keys() == {way for ways in messages for way in ways}


def test_a_message_that_was_never_applied_is_no_case() -> None:
    """Another practice demands its effect."""
    courier = receiver_journal()
    deliver_in(courier, "e0", "retry")
    deliver_in(courier, "e1", "replay")

    assert cases(courier, e0=0, e1=1) == {"replay": Verdict.PASS}


@pytest.mark.parametrize(("others", "way"), [(LONG_AFTER, "replay"), (LONG_AFTER + 1, "late")])
def test_up_to_a_hundred_messages_are_not_many(others: int, way: str) -> None:
    """The limit is the number of other messages; repetitions of one of them do not count."""
    courier = receiver_journal()
    courier.deliver("e0")
    for number in range(others):
        courier.send(
            event="unknown_event",
            participant="",
            message_id=f"id-{number}",
            attempt=1,
            kind="genuine",
            status=204,
            claims="telco.account.updated",
        )
    for _ in range(2):
        courier.send(
            event="unknown_event",
            participant="",
            message_id="id-0",
            attempt=1,
            kind="replay",
            status=204,
            claims="telco.account.updated",
        )
    courier.deliver("e0", kind="replay")

    assert ways_repeated(courier.journal)["m-e0"] == {way}


@pytest.mark.parametrize(
    ("deliveries", "applied", "expected"), [(5, 2, True), (5, 4, True), (4, 2, False), (5, 1, False), (5, 5, False)]
)
def test_workers_differ_if_some_deliveries_had_an_effect(deliveries: int, applied: int, expected: bool) -> None:
    """Five deliveries are enough; with none or all of them applied, every worker does the same."""
    message = Repeated(event="e0", ways=frozenset({"workers"}), deliveries=deliveries, applied=applied)

    assert message.differs_by_worker is expected
    assert message.is_doubled is (applied > 1)


def test_a_requested_failure_concerns_the_next_message_of_its_participant() -> None:
    """Forged messages and those of other participants are no processing of it."""
    courier = receiver_journal()
    courier.request_failure(participant="b")
    courier.forge("unsigned")
    courier.deliver("a.e0")
    courier.deliver("b.e0")
    courier.deliver("b.e1")

    ways = ways_repeated(courier.journal)

    assert ways == {"m-a.e0": frozenset(), "m-b.e0": {"failed"}, "m-b.e1": frozenset()}
    expected = Repeated(event="b.e0", ways=frozenset({"failed"}), deliveries=1, applied=0)
    assert repeated(courier.journal, {"m-a.e0": 2}) == [expected]


def send_other(courier: JournalBuilder, message_id: str) -> None:
    """Deliver a message of an unknown kind."""
    more = {"event": "unknown_event", "participant": "", "attempt": 1, "kind": "genuine"}
    courier.send(message_id=message_id, status=204, claims="telco.account.updated", **more)


def test_a_message_without_a_symbol_has_its_id() -> None:
    """The reader finds it in the journal."""
    courier = receiver_journal()
    send_other(courier, "id-x")
    send_other(courier, "id-x")

    [message] = repeated(courier.journal, {"id-x": 3})

    assert message == Repeated(event="id-x", ways=frozenset({"retry"}), deliveries=2, applied=3)


def test_each_kill_counts() -> None:
    """A message may be new between two kills."""
    courier = receiver_journal()
    courier.kill()
    courier.deliver("e0")
    courier.kill()
    courier.deliver("e0", kind="replay")

    assert ways_repeated(courier.journal) == {"m-e0": {"restart"}}


def test_other_messages_count_since_the_first_delivery() -> None:
    """Messages before it do not count, and a repetition in between changes nothing."""
    courier = receiver_journal()
    courier.forge("unsigned")
    for number in range(100):
        send_other(courier, f"before-{number}")
    for part in range(2):
        courier.deliver("e0", kind="replay")
        for number in range(149):
            send_other(courier, f"{part}-{number}")
    courier.deliver("e0", kind="replay")
    assert messages_between(courier.journal) == 0

    send_other(courier, "a")
    send_other(courier, "b")
    courier.deliver("e0", kind="replay")
    assert messages_between(courier.journal) == 300


def test_a_case_states_what_was_observed() -> None:
    """Of a way that failed it lists the messages that were applied again."""
    courier = receiver_journal()
    deliver_in(courier, "e0", "retry")
    deliver_in(courier, "e1", "retry")
    deliver_in(courier, "e2", "replay")
    deliver_in(courier, "e3", "burst")
    courier.effects(applied={"e0": 1, "e1": 2, "e2": 1, "e3": 2})

    found = AppliesOnce().examine(courier.journal).cases

    assert [(case.name, case.verdict, case.observed, case.events) for case in found] == [
        ("replay", Verdict.PASS, "replay of the same bytes: no second effect", ("e2",)),
        ("retry", Verdict.FAIL, "retry with the next attempt number: applied again", ("e1",)),
        (
            "burst",
            Verdict.INCONCLUSIVE,
            "concurrent copies: applied again, but so are plain repetitions",
            ("e3",),
        ),
    ]
