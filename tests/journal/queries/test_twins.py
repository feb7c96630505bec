"""Twins: end users with the same events, whose final states are compared."""

from typing import Any

import pytest

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import ConsentState
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.api_calls import TOKEN_NOT_RENEWED
from fiskil_harness.journal.queries.rows import NO_VISIBLE_EFFECT, PENDING
from fiskil_harness.journal.queries.twins import Comparison, compare_twins, was_reordered
from tests.probes.receivers import receiver_journal

ACTIVE = {"status": "active", "bank": "Bank"}


def compared(a: Any, b: Any, *, first: Any = None, **effects: Any) -> Comparison:
    """Return the comparison of twins that ended in *a* and *b* after the same deliveries."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state=first or {}, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
    for name, state in (("a", a), ("b", b), ("c", a)):
        courier.effects(state=state, participant=name, **effects)
    return compare_twins(courier.journal)


def ended(
    a: dict[str, Any], b: dict[str, Any], *, other: str = "b", order: str = "30", first: Any = ACTIVE, **extra: bool
) -> JournalBuilder:
    """Return a journal in which the consents ended; the twin *other* ended in *b* and got its events in *order*."""
    courier = receiver_journal()
    for name in ("a", "c"):
        courier.deliver(f"{name}.e0")
        for state in first if isinstance(first, tuple) else (first,):
            courier.effects(state=state, participant=name, moment="after")
        courier.deliver(f"{name}.e3")
    courier.event(f"{other}.e0")
    courier.event(f"{other}.e3")
    for number in order:
        courier.deliver(f"{other}.e{number}")
    for name, state in (("a", a), (other, b), ("c", a)):
        courier.effects(state=state, participant=name)
        is_active = extra.get(f"is_{name}_active", False)
        courier.journal.write(ConsentState(participant=name, consent_id=f"consent-{name}", is_active=is_active))
    return courier


@pytest.mark.parametrize("other", ["b", "b1", "b22"])
def test_the_order_of_each_twin_is_considered(other: str) -> None:
    """The rest of an ended consent depends on the order in which that twin got its messages."""
    a, b = {"status": "revoked", "bank": "Bank"}, {"status": "revoked"}

    reordered = compare_twins(ended(a, b, other=other).journal, other)
    in_order = compare_twins(ended(a, b, other=other, order="03").journal, other)

    assert (reordered.differences, reordered.histories, reordered.compared) == ((), ("$.bank",), 1)
    assert (in_order.histories, in_order.is_loss, in_order.compared) == ((), True, 2)
    assert in_order.differences == ("$.bank: Bank in order, nothing more otherwise",)


@pytest.mark.parametrize(("bank", "is_history"), [(None, True), ("", True), ("Other", False), (False, False), (0, False)])
def test_an_ended_consent_may_lack_what_came_too_late(bank: Any, is_history: bool) -> None:
    """A receiver that learns of the end first stores null for what the outdated event would have brought."""
    a, b = {"status": "revoked", "bank": "Bank"}, {"status": "revoked", "bank": bank}

    comparison = compare_twins(ended(a, b).journal)

    assert (comparison.histories == ("$.bank",), bool(comparison.differences)) == (is_history, not is_history)


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_consents_of_both_twins_must_have_ended(name: str) -> None:
    """While one is active, a missing value may be a lost effect; the consent of the third twin does not matter."""
    a, b = {"status": "revoked", "bank": "Bank"}, {"status": "revoked"}

    assert compare_twins(ended(a, b, **{f"is_{name}_active": True}).journal).differences
    assert not compare_twins(ended(a, b, is_c_active=True).journal).differences


@pytest.mark.parametrize(
    ("first", "end", "otherwise", "is_history"),
    [
        (1, 2, 1, True),
        ("1", "3", "2", True),
        (1, 2, 0, False),
        (1, 2, 3, False),
        (2, 2, 1, False),
        (3, 2, 1, False),
        (1.5, 2, 1, False),
        ([1], [2], [1], True),
        ([1, 1], [2], [1], False),
        ([1], [2, 2], [1], False),
        ([1], [2], [1, 1], False),
    ],
)
def test_a_count_of_changes_may_be_lower(first: Any, end: Any, otherwise: Any, is_history: bool) -> None:
    """It is one whole number that grew in the twin in order; outdated events change nothing."""
    courier = ended(
        {"status": "revoked", "n": end}, {"status": "revoked", "n": otherwise}, first={"status": "active", "n": first}
    )

    comparison = compare_twins(courier.journal)

    assert (bool(comparison.differences), bool(comparison.histories)) == (not is_history, is_history)


@pytest.mark.parametrize(
    ("earlier", "is_history"),
    [((1, 2), True), ((1, 3), True), ((1, 1), True), ((2, 1), False), ((1, 4), False), ((3, 3), False), ((1, 2, 4), False)],
)
def test_a_count_of_changes_never_fell(earlier: tuple[int, ...], is_history: bool) -> None:
    """A count of rows may fall."""
    first = ({"status": "new"}, *({"status": "active", "n": number} for number in earlier))
    courier = ended({"status": "revoked", "n": 3}, {"status": "revoked", "n": 1}, first=first)

    assert bool(compare_twins(courier.journal).histories) is is_history


def test_a_shorter_list_is_left_of_an_ended_consent() -> None:
    """The twin in order knew more before the end."""
    courier = ended(
        {"status": "revoked", "past": ["x", "y"]},
        {"status": "revoked", "past": ["x"]},
        first={"status": "active", "past": ["x"]},
    )

    assert compare_twins(courier.journal).histories == ("$.past[*]",)


def test_without_twins_nothing_is_compared() -> None:
    """One end user has no twin."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(state=ACTIVE)

    assert compare_twins(courier.journal) == Comparison(reason="the scenario has no twins a, b and c")


def test_counters_alone_cannot_be_compared() -> None:
    """They differ because one twin had more deliveries."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
    courier.deliver("b.e0", attempt=2)
    for name, tries in (("a", 1), ("b", 2), ("c", 1)):
        courier.effects(state={"tries": tries}, participant=name)

    reason = "only counters in the app's state are the same in two identical runs"
    assert compare_twins(courier.journal) == Comparison(reason=reason, hook=EFFECTS)


def test_a_refused_call_about_no_end_user_explains_nothing() -> None:
    """It concerns no twin, although the body of a message may have no end user either."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e0", end_user="")
    courier.call("institutions.list", status=401)
    for name, status in (("a", "active"), ("b", "new"), ("c", "active")):
        courier.effects(state={"status": status}, participant=name)

    assert compare_twins(courier.journal).differences


def test_a_record_of_one_twin_only_is_a_history() -> None:
    """It was never in the state of the twin in order."""
    comparison = compared({"status": "active"}, {"status": "active", "warning": "late"})

    assert (comparison.histories, comparison.differences, comparison.compared) == (("$.warning",), (), 1)
    assert comparison.advice == ("ignored, because these values record what happened to one twin only: $.warning",)


@pytest.mark.parametrize(
    ("a", "b", "line", "is_loss"),
    [
        (["x"], ["y"], "$.v[*]: x in order, y otherwise", False),
        (["x", "y"], ["x"], "$.v[*]: y in order, nothing more otherwise", True),
        (["x"], ["x", "x"], "$.v[*]: nothing more in order, x otherwise", False),
        (["x"], ["c", "b", "b", "x"], "$.v[*]: nothing more in order, b and 2 more otherwise", False),
        (["x", "y", "z"], ["x"], "$.v[*]: y and 1 more in order, nothing more otherwise", True),
        (["s" * 61], ["x"], f"$.v[*]: {'s' * 60} in order, x otherwise", False),
    ],
)
def test_a_difference_is_a_line(a: list[str], b: list[str], line: str, is_loss: bool) -> None:
    """It has the first value of each twin, and the number of further ones."""
    comparison = compared({"v": a, "status": "active"}, {"v": b, "status": "active"})

    assert (comparison.differences, comparison.is_loss, comparison.compared) == ((line,), is_loss, 2)


@pytest.mark.parametrize(
    ("effects", "is_disturbed", "expected"),
    [
        ({"pending": None, "applied": None}, True, (NO_VISIBLE_EFFECT, PENDING)),
        ({"pending": None, "applied": None}, False, ("", "")),
        ({"pending": 0, "applied": None}, True, ("", "")),
        ({"pending": None, "applied": {}}, True, ("", "")),
    ],
)
def test_a_busy_app_may_look_idle(effects: dict[str, Any], is_disturbed: bool, expected: tuple[str, str]) -> None:
    """After a disturbance, neither counts nor unfinished work show that the app is done."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
    if is_disturbed:
        courier.kill()
    for name, status in (("a", "active"), ("b", "new"), ("c", "active")):
        courier.effects(state={"status": status}, participant=name, **(effects if name == "b" else {"applied": {}}))

    comparison = compare_twins(courier.journal)

    assert (comparison.reason, comparison.hook) == expected
    assert bool(comparison.differences) is (expected == ("", ""))


def test_equal_twins_need_no_excuse() -> None:
    """The comparison is valid although the app may look idle."""
    courier = receiver_journal()
    for name in ("a", "c", "b"):
        courier.deliver(f"{name}.e0")
    courier.kill()
    for name in ("a", "b", "c"):
        courier.effects(state={"id": f"consent-{name}"}, pending=None, participant=name)

    assert compare_twins(courier.journal) == Comparison(compared=1, is_loss=True)


@pytest.mark.parametrize(("participant", "reason"), [("b", TOKEN_NOT_RENEWED), ("d", "")])
def test_a_token_that_was_not_renewed_explains_a_difference(participant: str, reason: str) -> None:
    """Only if it is that of a twin."""
    courier = receiver_journal()
    courier.deliver("d.e0")
    for name in ("a", "c", "b"):
        courier.effects(state={}, participant=name, moment="before")
        courier.deliver(f"{name}.e0")
    courier.call("banking.accounts", status=401, participant=participant)
    for name, status in (("a", "active"), ("b", "new"), ("c", "active")):
        courier.effects(state={"status": status}, participant=name)

    comparison = compare_twins(courier.journal)
    assert (comparison.reason, comparison.hook) == (reason, "")


@pytest.mark.parametrize(
    ("a", "b", "first", "reason", "hook"),
    [
        (None, {}, None, "the effects hook does not report `state`", STATE),
        ({}, {}, None, "no part of the app's state is the same in two identical runs", EFFECTS),
        ({"x": "y"}, {"x": "y"}, {"x": "y"}, "the app's state shows no effect of any delivery", EFFECTS),
        ({"x": "y"}, {"x": "y"}, None, "", ""),
        ({"x": "consent-a"}, {"x": "consent-a"}, {"x": "consent-a"}, "", ""),
    ],
)
def test_a_state_must_show_an_effect(a: Any, b: Any, first: Any, reason: str, hook: str) -> None:
    """It changed with a delivery, or has an id of an event."""
    comparison = compared(a, b, first=first)

    assert (comparison.reason, comparison.hook) == (reason, hook)


@pytest.mark.parametrize(
    ("created", "acknowledged", "expected"),
    [
        ("01", "01", False),
        ("01", "10", True),
        ("01", "010", False),
        ("01", "1", False),
        ("012", "021", True),
        ("01", "", False),
    ],
)
def test_the_first_acknowledgements_show_the_order(created: str, acknowledged: str, expected: bool) -> None:
    """Repetitions, refused and forged messages do not count, and neither do those of other twins."""
    courier = receiver_journal()
    for number in created:
        courier.event(f"b.e{number}")
        courier.event(f"a.e{number}")
    courier.deliver("b.e1", status=503)
    courier.deliver("b.e1", kind="forged")
    courier.deliver("a.e1")
    courier.deliver("a.e0")
    for number in acknowledged:
        courier.deliver(f"b.e{number}")

    assert was_reordered(courier.journal) is expected
    assert was_reordered(courier.journal, "a")
