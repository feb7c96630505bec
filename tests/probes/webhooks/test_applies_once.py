"""applies_once: each message has its effect at most once."""

from typing import Any

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import AppliesOnce, Verdict
from tests.probes.receivers import receiver_journal

PROBE = AppliesOnce()


def test_a_repeated_message_that_was_applied_once_passes() -> None:
    """A retry and a replay without a second effect are correct."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.deliver("e0", attempt=2, kind="replay")
    courier.effects(applied={"e0": 1})

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


@pytest.mark.parametrize(
    ("others", "words"),
    [(299, "repeatedly and applied once"), (300, "repeatedly and applied once, one of them after 300 other messages")],
)
def test_the_number_of_messages_before_a_late_repetition_is_stated(others: int, words: str) -> None:
    """An app with a short memory forgets a message meanwhile; the number is rounded down."""
    courier = receiver_journal()
    courier.deliver("e0")
    for number in range(others):
        message: dict[str, Any] = {"event": f"extra{number}", "message_id": f"m-extra{number}", "kind": "genuine"}
        courier.send(status=204, claims="consent.updated", participant="", attempt=1, **message)
    courier.deliver("e0", kind="replay")
    courier.effects(applied={"e0": 1})

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, f"1 messages were delivered {words}")


@pytest.mark.parametrize(("kind", "attempt"), [("genuine", 2), ("replay", 1)])
def test_a_second_effect_fails_and_lists_every_delivery(kind: str, attempt: int) -> None:
    """The count is the evidence, with all deliveries of the message."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", kind=kind, attempt=attempt)
    courier.effects(applied={"e0": 2})

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("message e0 was applied 2 times (attempts 1 and ")
    assert len(finding.evidence) == 2


@pytest.mark.parametrize(
    ("attempts", "words"),
    [
        (2, "attempts 1 and 2, responses none and 204"),
        (4, "attempts 1 and 2 and 3 and 4, responses none and 204 and 204 and 204"),
        (6, "attempts 1 and 2 and 3 and 4 and 2 more, responses none and 204 and 204 and 204"),
    ],
)
def test_a_second_effect_fails_although_the_response_was_lost(attempts: int, words: str) -> None:
    """The app applied the message although the harness got no response; at most four deliveries are listed."""
    courier = receiver_journal()
    courier.deliver("e0", status=None, problem="hung up before reading the response")
    for attempt in range(2, attempts + 1):
        courier.deliver("e0", attempt=attempt)
    courier.effects(applied={"e0": 2})

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.endswith(f"({words})")


@pytest.mark.parametrize("applied", [{}, {"e0": 0}])
def test_a_message_without_an_effect_is_inconclusive(applied: dict[str, int]) -> None:
    """An app that applies nothing applies nothing twice."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects(applied=applied)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_a_message_delivered_once_is_inconclusive() -> None:
    """Without a repetition there is nothing to observe."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(applied={"e0": 1})

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_a_busy_app_is_inconclusive() -> None:
    """A second effect may still come."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects(applied={"e0": 1}, is_idle=False)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_counts_of_unknown_ids_are_ignored() -> None:
    """Counts of messages that this scenario never sent are not judged."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects(applied={"e0": 1, "unknown-id": 7})

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_counts_that_are_lost_with_the_process_are_added_up() -> None:
    """If counts restart after a kill, the counts before and after it are added."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects(applied={"e0": 1, "e1": 1}, moment="settled")
    courier.kill()
    courier.deliver("e0", kind="replay")
    courier.effects(applied={"e0": 1})

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("message e0 was applied 2 times")


def test_counts_that_outlive_the_process_are_not_added_up() -> None:
    """A count that did not change is one effect."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(applied={"e0": 1}, moment="settled")
    courier.kill()
    courier.deliver("e0", kind="replay")
    courier.effects(applied={"e0": 1})

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def deliver_to_twins(courier: JournalBuilder, *, b: Any, a: Any = None, has_counts: bool = False) -> None:
    """Deliver a message once to twins a and c and twice to b, and record the state of each."""
    state = {"balance": 10} if a is None else a
    counts = {"a.e0": 1, "b.e0": 1, "c.e0": 1} if has_counts else None
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="settled")
        courier.deliver(f"{name}.e0")
    courier.deliver("b.e0", attempt=2)
    for name, final in (("a", state), ("b", b), ("c", state)):
        courier.effects(applied=counts, state=final, participant=name)


def test_a_count_of_one_does_not_excuse_a_changed_state() -> None:
    """The state contradicts the count."""
    courier = receiver_journal()
    deliver_to_twins(courier, b={"balance": 20}, has_counts=True)

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("the app reports that it applied each message once, but the state differs")


@pytest.mark.parametrize(
    ("b", "is_disturbed", "verdict"),
    [
        ({"rows": ["x"]}, True, Verdict.INCONCLUSIVE),
        ({"rows": ["x"]}, False, Verdict.FAIL),
        ({"rows": ["x", "y", "y"]}, True, Verdict.FAIL),
    ],
)
def test_a_loss_is_no_repetition(b: dict[str, Any], *, is_disturbed: bool, verdict: Verdict) -> None:
    """Rows that are missing after a disturbance were lost; rows that are there twice were applied twice."""
    courier = receiver_journal()
    if is_disturbed:
        courier.kill()
    deliver_to_twins(courier, a={"rows": ["x", "y"]}, b=b, has_counts=True)

    assert PROBE.examine(courier.journal).verdict is verdict


@pytest.mark.parametrize(
    ("b", "verdict"),
    [
        ({"balance": 10}, Verdict.PASS),
        ({"balance": 10, "deliveries": [{"id": "m-b.e0"}, {"id": "m-b.e0"}]}, Verdict.PASS),
        ({"balance": 10, "entries": [{"id": "m-b.e0"}, {"id": "m-b.e0"}]}, Verdict.INCONCLUSIVE),
    ],
)
def test_a_list_of_deliveries_may_grow(b: dict[str, Any], verdict: Verdict) -> None:
    """A list of messages may be a log of deliveries; its name decides whether the finding needs more information."""
    courier = receiver_journal()
    name = next((name for name in b if name != "balance"), "")
    a = {"balance": 10} | ({name: [{"id": "e0"}]} if name else {})
    deliver_to_twins(courier, a=a, b=b, has_counts=True)

    assert PROBE.examine(courier.journal).verdict is verdict


def test_without_counts_equal_twins_pass() -> None:
    """The state is the same with and without the repetition."""
    courier = receiver_journal()
    deliver_to_twins(courier, b={"balance": 10})

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_without_counts_a_changed_state_fails() -> None:
    """An amount that was added twice shows in the state."""
    courier = receiver_journal()
    deliver_to_twins(courier, b={"balance": 20})

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("$.balance: 10 in order, 20 otherwise",)


def test_without_counts_and_twins_the_hook_is_named() -> None:
    """The finding names the hook that would help."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects(state={"balance": 10})

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_without_counts_twins_without_a_repetition_are_inconclusive() -> None:
    """Equal states prove nothing if nothing was repeated."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="settled")
        courier.deliver(f"{name}.e0")
        courier.effects(state={"balance": 10}, participant=name)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no message was delivered more than once")
