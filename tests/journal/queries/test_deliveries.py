"""Deliveries: the API calls on which a fault acted meanwhile."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.deliveries import bites_during, was_requested_failure


@pytest.mark.parametrize(("at_s", "is_during"), [(8.5, False), (9.0, True), (10.5, True), (11.0, True), (11.5, False)])
def test_a_call_counts_if_it_overlaps_the_delivery(tape: JournalBuilder, at_s: float, is_during: bool) -> None:
    """The delivery lasts from 10 s to 11 s, and the call one second."""
    call = tape.call("banking.accounts", at_s=at_s, ended_s=at_s + 1, bites=("Stall()",))
    tape.now_s = 10.0
    delivery = tape.deliver("e0", at_s=10.0, took_s=1.0)

    assert bites_during(tape.journal, delivery) == [call] * is_during


@pytest.mark.parametrize(
    ("problem", "is_requested"),
    [("hung up before reading the response", True), ("connection reset", False)],
)
def test_an_unread_response_does_not_use_up_a_requested_failure(
    tape: JournalBuilder, problem: str, is_requested: bool
) -> None:
    """The receiver may have acknowledged that message, so the next refusal may be the requested failure."""
    tape.request_failure()
    tape.deliver("e0", status=None, problem=problem)
    refused = tape.deliver("e1", status=500)

    assert was_requested_failure(tape.journal, refused) is is_requested
