"""Attempt counters: a higher counter on a twin with more deliveries is no difference; other changes are."""

from typing import Any

import pytest

from fiskil_harness.journal import Delivery
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import AppliesOnce, Finding, IgnoresDeliveryOrder, Verdict
from tests.probes.receivers import receiver_journal

STATE = {"connection": "connected"}


def delivered_again(a: dict[str, Any], b: dict[str, Any], *, times: int = 1) -> JournalBuilder:
    """Return a journal in which twin b received *times* more deliveries than a and c; *a* and *b* are their states."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
    for attempt in range(times):
        courier.deliver("b.e0", attempt=attempt + 2)
    for name, state in (("a", a), ("b", b), ("c", a)):
        courier.effects(state={**STATE, **state}, participant=name)
    return courier


def ends_like(courier: JournalBuilder) -> Finding:
    finding: Finding = IgnoresDeliveryOrder().examine(courier.journal)
    return finding


def applies_once(courier: JournalBuilder) -> Finding:
    finding: Finding = AppliesOnce().examine(courier.journal)
    return finding


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"attempts": 1}, {"attempts": 3}),
        ({"inbox": [{"tries": 1}, {"tries": 0}]}, {"inbox": [{"tries": 1}, {"tries": 2}]}),
        ({"retried": 0}, {"retried": 1}),
        ({"last_seen_at": None}, {"last_seen_at": "2026-11-24T00:00:01Z"}),
    ],
)
def test_attempt_counters_are_advice(a: dict[str, Any], b: dict[str, Any]) -> None:
    """Two more deliveries explain an increase of two."""
    courier = delivered_again(a, b, times=2)

    assert (ends_like(courier).verdict, applies_once(courier).verdict) == (Verdict.PASS, Verdict.PASS)
    assert ends_like(courier).advice[0].startswith("ignored, because these numbers grow with every attempt: $.")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"attempts": 1}, {"attempts": 4}),
        ({"attempts": 3}, {"attempts": 1}),
        ({"balance": 10}, {"balance": 20}),
        ({"tries": [1]}, {"tries": [1, 1]}),
        ({"attempts": "first"}, {"attempts": "second"}),
    ],
)
def test_other_differences_fail(a: dict[str, Any], b: dict[str, Any]) -> None:
    """A larger increase, a decrease, an amount, another row and a changed word are differences."""
    courier = delivered_again(a, b, times=2)

    assert (ends_like(courier).verdict, applies_once(courier).verdict) == (Verdict.FAIL, Verdict.FAIL)


def test_twins_with_equal_deliveries_have_equal_counters() -> None:
    """Without more deliveries, no counter may be higher."""
    assert ends_like(delivered_again({"attempts": 1}, {"attempts": 2}, times=0)).verdict is Verdict.FAIL


def test_a_number_that_may_count_effects_is_inconclusive() -> None:
    """The name does not show what is counted; counts for each message would."""
    finding = applies_once(delivered_again({"payments": 1}, {"payments": 2}))

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: applied")
    assert finding.observed == "what is at $.payments grows with every delivery: it may count effects or attempts"


def test_counters_alone_cannot_be_compared() -> None:
    """At least one other value must be the same for identical runs."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
    courier.deliver("b.e0", attempt=2)
    for name, tries in (("a", 1), ("b", 2), ("c", 1)):
        courier.effects(state={"tries": tries}, participant=name)

    assert ends_like(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("reason", ["order", "fault", "kill"])
def test_a_disturbance_explains_another_attempt(reason: str) -> None:
    """A requested failure, a fault or a kill may cause one more attempt."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e1")
    disturbed = {
        "order": lambda: courier.request_failure(participant="b"),
        "fault": lambda: courier.call("banking.accounts", participant="b", bites=("Status(503)",)),
        "kill": courier.kill,
    }
    disturbed[reason]()
    for name, tries in (("a", 1), ("b", 2), ("c", 1)):
        courier.effects(applied={}, state={**STATE, "tries": tries}, participant=name)

    assert ends_like(courier).verdict is Verdict.PASS


def sizes(courier: JournalBuilder) -> dict[str, list[int]]:
    """Return the sizes of the deliveries to each twin."""
    return {
        name: [len(delivery.body) for delivery in courier.journal.all(Delivery) if delivery.participant == name]
        for name in ("a", "b", "c")
    }


def test_a_list_of_delivery_sizes_is_advice() -> None:
    """Each additional entry has the size of a delivery."""
    bodies = sizes(delivered_again({}, {}, times=2))
    lists = {name: {"deliveries": [{"event": "x", "bytes": size} for size in bodies[name]]} for name in bodies}

    assert ends_like(delivered_again(lists["a"], lists["b"], times=2)).verdict is Verdict.PASS


def test_the_total_size_of_the_deliveries_is_advice() -> None:
    """It grows by the sizes of the additional deliveries."""
    totals = {name: sum(bodies) for name, bodies in sizes(delivered_again({}, {}, times=2)).items()}

    courier = delivered_again({"bytes": totals["a"]}, {"bytes": totals["b"]}, times=2)

    assert ends_like(courier).verdict is Verdict.PASS


def test_another_list_that_grows_is_a_difference() -> None:
    """Its numbers are no sizes of deliveries."""
    courier = delivered_again({"payments": [{"cents": 7}]}, {"payments": [{"cents": 7}, {"cents": 7}]})

    assert ends_like(courier).verdict is Verdict.FAIL
