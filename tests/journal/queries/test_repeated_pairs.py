"""Pairs of a bad and a genuine delivery: which of them had an effect."""

from typing import Any

import pytest

from fiskil_harness.journal import Delivery
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.repeated_pairs import had_effect, had_effect_when_genuine, was_applied

OLD, NEW, OTHER = {"status": "active"}, {"status": "revoked"}, {"status": "unknown"}


def delivered(
    tape: JournalBuilder, before: dict[str, Any] | None, after: dict[str, Any] | None, *, status: int = 204
) -> Delivery:
    """Record a step with a delivery, and the effects before and after it; None for effects that were not reported."""
    tape.next_step()
    if before is not None:
        tape.effects(**before, moment="before")
    delivery = tape.deliver("e0", status=status)
    if after is not None:
        tape.effects(**after, moment="after")
    return delivery


@pytest.mark.parametrize(
    ("before", "after", "status", "expected"),
    [
        ({"applied": {}}, {"applied": {"e0": 1}}, 204, True),
        ({"applied": {}}, {"applied": {"e0": 1}}, 503, False),
        ({"applied": {}}, {"applied": {"e0": 0}}, 204, False),
        ({"applied": {}, "state": OLD}, {"applied": {}, "state": NEW}, 204, False),
        ({"state": OLD}, {"state": NEW}, 204, True),
        ({"state": OLD}, {"state": OLD}, 204, False),
        (None, {"applied": {"e0": 1}}, 204, False),
        ({"state": OLD}, None, 204, False),
    ],
)
def test_a_genuine_delivery_had_an_effect(
    tape: JournalBuilder, before: dict[str, Any] | None, after: dict[str, Any] | None, status: int, expected: bool
) -> None:
    """Counts show it; without them, a changed state does."""
    tape.event("e0")

    assert had_effect_when_genuine(tape.journal, delivered(tape, before, after, status=status)) is expected
    assert not had_effect_when_genuine(tape.journal, None)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({"applied": {"e0": 1}}, True),
        ({"applied": {"e0": 0}}, False),
        ({"applied": {"x": 1}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_message_was_applied_before_its_delivery(
    tape: JournalBuilder, before: dict[str, Any] | None, expected: bool
) -> None:
    """Only a count can show that."""
    tape.event("e0")

    assert was_applied(tape.journal, delivered(tape, before, {"applied": {"e0": 1}})) is expected


@pytest.mark.parametrize(
    ("before", "after", "final", "expected"),
    [
        ({}, {"applied": {"e0": 1}}, {}, True),
        ({}, {"applied": {}}, {"applied": {"e0": 1}}, False),
        ({"state": OLD}, {"state": NEW}, {"state": NEW}, True),
        ({"state": OLD}, {"state": OLD}, {"state": NEW}, False),
        ({"state": OLD}, {"state": OTHER}, {"state": NEW}, False),
        ({"state": OLD}, {"state": NEW}, {"state": OLD}, False),
        (None, {"state": NEW}, {"state": NEW}, False),
        ({"state": OLD}, None, {"state": NEW}, False),
        ({"state": OLD}, {"state": NEW}, None, False),
    ],
)
def test_a_bad_delivery_had_the_effect_of_the_genuine_one(
    tape: JournalBuilder,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    final: dict[str, Any] | None,
    expected: bool,
) -> None:
    """Without counts, the same change of the state shows it."""
    tape.event("e0")
    bad = delivered(tape, before, after, status=401)
    genuine = delivered(tape, {}, final)

    assert had_effect(tape.journal, bad, genuine=genuine) is expected


def test_without_a_genuine_delivery_only_a_count_shows_an_effect(tape: JournalBuilder) -> None:
    """The change of the state may have another reason."""
    tape.event("e0")
    silent = delivered(tape, {"state": OLD}, {"state": NEW})
    counted = delivered(tape, {}, {"applied": {"e0": 1}})

    assert not had_effect(tape.journal, silent, genuine=None)
    assert had_effect(tape.journal, counted, genuine=None)
