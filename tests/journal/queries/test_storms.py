"""Equal failing calls are a storm if they are too many in a short time, and too many for the work that arrived."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.journal.queries.storms import is_storm


def call_often(tape: JournalBuilder, count: int, gap_s: float = 0.0) -> None:
    """The app makes one call *count* times, one every *gap_s*."""
    for _ in range(count):
        before_s = tape.now_s
        tape.call("banking.accounts", status=503)
        tape.wait(max(0.0, gap_s - (tape.now_s - before_s)))


@pytest.mark.parametrize(("gap_s", "count", "is_one"), [(0.15, 21, True), (0.15, 20, False), (0.1501, 21, False)])
def test_more_than_twenty_calls_in_three_seconds_are_a_storm(
    tape: JournalBuilder, gap_s: float, count: int, is_one: bool
) -> None:
    """Both the number and the time are the greatest that are allowed."""
    call_often(tape, count, gap_s)

    assert is_storm(tape.journal, calls(tape.journal)) is is_one


@pytest.mark.parametrize(("count", "is_one"), [(30, False), (31, True)])
def test_ten_messages_may_cause_three_calls_each(tape: JournalBuilder, count: int, is_one: bool) -> None:
    """Each message is one piece of work, which may take three attempts."""
    for _ in range(10):
        tape.deliver_event("consent.updated")
    call_often(tape, count)

    assert is_storm(tape.journal, calls(tape.journal)) is is_one


def test_work_that_ended_before_allows_no_calls(tape: JournalBuilder) -> None:
    """The app was idle between the messages and the calls."""
    for _ in range(10):
        tape.deliver_event("consent.updated")
    tape.effects({})
    call_often(tape, 21)

    assert is_storm(tape.journal, calls(tape.journal))


def test_a_storm_after_slow_calls_is_found(tape: JournalBuilder) -> None:
    """The first calls are far apart, and only the last ones follow each other quickly."""
    call_often(tape, 5, gap_s=2)
    call_often(tape, 21, gap_s=0.1)

    assert is_storm(tape.journal, calls(tape.journal))


def test_work_of_long_ago_allows_no_calls(tape: JournalBuilder) -> None:
    """The app never reported whether it was idle, but no message waits that long for its first attempt."""
    for _ in range(10):
        tape.deliver_event("consent.updated")
    tape.wait(30)
    call_often(tape, 21)

    assert is_storm(tape.journal, calls(tape.journal))
