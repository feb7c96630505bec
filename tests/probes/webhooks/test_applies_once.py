"""applies_once: each message has its effect at most once."""

from typing import Any

import pytest

from fiskil_harness.probes import AppliesOnce, Verdict
from tests.probes.courier import Courier

PROBE = AppliesOnce()


def test_a_repeated_message_that_was_applied_once_passes() -> None:
    """A retry and a replay without a second effect are what is asked for."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.deliver("e0", attempt=2, kind="replay")
    courier.effects({"e0": 1})

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


@pytest.mark.parametrize(("kind", "attempt"), [("genuine", 2), ("replay", 1)])
def test_a_second_effect_fails_with_every_delivery(kind: str, attempt: int) -> None:
    """The witness is the count, and the deliveries stand beside it."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e0", kind=kind, attempt=attempt)
    courier.effects({"e0": 2})

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("message e0 was applied 2 times (attempts 1 and ")
    assert len(finding.evidence) == 2


def test_a_second_effect_fails_though_the_answer_was_lost() -> None:
    """A receiver that was never heard has applied the message all the same."""
    courier = Courier()
    courier.deliver("e0", status=None, trouble="hung up before reading the answer")
    courier.deliver("e0", attempt=2)
    courier.effects({"e0": 2})

    assert PROBE.examine(courier.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("applied", [{}, {"e0": 0}])
def test_a_message_that_had_no_effect_proves_nothing(applied: dict[str, int]) -> None:
    """An app that does nothing at all does nothing twice."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects(applied)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_a_message_that_came_once_proves_nothing() -> None:
    """Without a repetition there is nothing to see."""
    courier = Courier()
    courier.deliver("e0")
    courier.effects({"e0": 1})

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_proves_nothing_yet() -> None:
    """A second effect may still come."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects({"e0": 1}, is_idle=False)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_ids_of_others_are_not_ours() -> None:
    """Counts of messages that this scenario never sent accuse nobody."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects({"e0": 1, "somebody-else": 7})

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_counts_that_are_lost_with_the_process_are_added_up() -> None:
    """An app that forgets its counts when it is killed has applied again what it applied in both lives."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1")
    courier.effects({"e0": 1, "e1": 1}, moment="settled")
    courier.killed()
    courier.deliver("e0", kind="replay")
    courier.effects({"e0": 1})

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("message e0 was applied 2 times")


def test_counts_that_outlive_the_process_are_not() -> None:
    """A count that stands as it stood is one effect."""
    courier = Courier()
    courier.deliver("e0")
    courier.effects({"e0": 1}, moment="settled")
    courier.killed()
    courier.deliver("e0", kind="replay")
    courier.effects({"e0": 1})

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def twins(courier: Courier, *, b: Any, a: Any = None) -> None:
    """Twins a and c were told once, b twice; the state of each."""
    state = {"balance": 10} if a is None else a
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="settled")
        courier.deliver(f"{name}.e0")
    courier.deliver("b.e0", attempt=2)
    for name, told in (("a", state), ("b", b), ("c", state)):
        courier.effects(state=told, participant=name)


def test_without_counts_twins_tell() -> None:
    """A state that is the same with and without repetition is right."""
    courier = Courier()
    twins(courier, b={"balance": 10})

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_without_counts_a_changed_state_fails() -> None:
    """Adding an amount twice shows in the state."""
    courier = Courier()
    twins(courier, b={"balance": 20})

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("$.balance: 10 in order, 20 otherwise",)


def test_without_counts_and_twins_the_hook_is_named() -> None:
    """The finding says what would help."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects(state={"balance": 10})

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_without_counts_twins_that_were_told_once_prove_nothing() -> None:
    """Equal states say nothing about repetition where nothing was repeated."""
    courier = Courier()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="settled")
        courier.deliver(f"{name}.e0")
        courier.effects(state={"balance": 10}, participant=name)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no message was delivered more than once")
