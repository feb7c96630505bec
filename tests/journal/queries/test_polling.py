"""Polling: equal reads within an idle period, and the number of moments at which they were made."""

import pytest

from fiskil_harness.journal import Idle, Rows
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.polling import read_key, reads_within, repeated_moments


def idle_from(tape: JournalBuilder, begin_s: float) -> Idle:
    """Record an idle period of ten seconds, and return it."""
    tape.now_s = begin_s
    tape.idle(10)
    return tape.journal.all(Idle)[-1]


@pytest.mark.parametrize(("at_s", "is_within"), [(4.99, False), (5.0, True), (14.99, True), (15.0, False)])
def test_the_end_of_an_idle_period_is_no_part_of_it(tape: JournalBuilder, at_s: float, is_within: bool) -> None:
    """The begin is."""
    idle = idle_from(tape, 5.0)
    call = tape.call("banking.transactions", at_s=at_s)
    tape.call("token", at_s=6.0)

    assert reads_within(tape.journal, idle) == ({read_key(call): [call]} if is_within else {})


@pytest.mark.parametrize(
    ("first", "second", "are_equal"),
    [
        ({"query": "from=1&a=2"}, {"query": "a=2&to=3"}, True),
        ({"query": "a=1&b=2"}, {"query": "b=2&a=1"}, True),
        ({"query": "a=1"}, {"query": "a=2"}, False),
        ({"query": "a="}, {"query": ""}, False),
        ({"path": "/v1/a"}, {"path": "/v1/b"}, False),
        ({"path": "/v1/a"}, {"path": "/v1/a", "route": "banking.accounts"}, False),
        ({"route": "", "path": "/v1/a", "method": "GET"}, {"route": "", "path": "/v1/b", "method": "GET"}, False),
    ],
)
def test_reads_that_differ_only_in_their_period_are_equal(
    tape: JournalBuilder, first: dict[str, str], second: dict[str, str], *, are_equal: bool
) -> None:
    """Other parameters and paths are other reads."""
    usual = {"route": "banking.transactions"}
    calls = [tape.call(**{**usual, **fields}) for fields in (first, second)]

    assert (read_key(calls[0]) == read_key(calls[1])) is are_equal


@pytest.mark.parametrize(
    ("moments_s", "count"),
    [
        ((1.0, 2.0), 2),
        ((0.99, 2.0), None),
        ((2.0, 2.99), None),
        ((2.0, 3.0, 4.0), 3),
        ((3.0, 2.0, 8.5), 3),
        ((2.0,), None),
    ],
)
def test_reads_a_second_apart_are_different_moments(
    tape: JournalBuilder, moments_s: tuple[float, ...], count: int | None
) -> None:
    """The first second belongs to the last event, and one moment is no repetition."""
    tape.rows(tape.transaction("a"))
    idle = idle_from(tape, 0.0)
    for moment_s in moments_s:
        call = tape.call("banking.transactions", at_s=moment_s)

    assert repeated_moments(tape.journal, idle) == ({} if count is None else {read_key(call): count})


def test_reads_about_an_end_user_without_data_do_not_count(tape: JournalBuilder) -> None:
    """An app may look for the first data from time to time, and public data is of no end user."""
    tape.rows(tape.transaction("a"), participant="b")
    tape.write(Rows(participant="", dataset="accounts", rows=()))
    idle = idle_from(tape, 5.0)
    for moment_s in (2.0, 4.0, 6.0):
        tape.call("banking.balances", participant="c", at_s=5.0 + moment_s)
        tape.call("energy.plans", end_user_id="", at_s=5.0 + moment_s)
        call = tape.call("banking.transactions", participant="b", at_s=5.0 + moment_s)

    assert repeated_moments(tape.journal, idle) == {read_key(call): 3}
