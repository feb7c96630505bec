"""An app that never stops calling makes a large journal; the time for its verdicts grows with its length, not its square."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from fiskil_harness.journal import Journal
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes.evaluation import general_probes
from fiskil_harness.probes.probe import name_of

SIZE = 300
MOST_GROWTH = 3
"""How much more work twice as many observations may be; linear work doubles, and quadratic work is four times as much."""
FEW_CALLS = 5_000
"""The number of function calls below which growth does not matter."""


def flood_of_failures(builder: JournalBuilder, number: int) -> None:
    builder.call("banking.transactions", status=500, bites=("Status(500)",))


def flood_of_lost_pages(builder: JournalBuilder, number: int) -> None:
    query = f"end_user_id=eu-alice&page[after]={number}"
    builder.call("banking.transactions", status=None, bites=("ResetPeer(20)",), query=query)


def flood_of_refusals(builder: JournalBuilder, number: int) -> None:
    builder.call("banking.transactions", status=403)


def flood_of_limits(builder: JournalBuilder, number: int) -> None:
    headers = (("retry-after", "1"),)
    builder.call("banking.transactions", status=429, bites=("Status(429)",), response_headers=headers)


def flood_of_refused_tokens(builder: JournalBuilder, number: int) -> None:
    builder.call("token", token=f"token-{number}")
    builder.call("banking.transactions", bearer=f"token-{number}", status=401)


def flood_of_creations(builder: JournalBuilder, number: int) -> None:
    builder.call("end_users.create", status=None, bites=("ResetPeer(20)",))


def flood_of_events(builder: JournalBuilder, number: int) -> None:
    builder.deliver_event("banking.transactions.sync.completed")


def flood_of_deliveries(builder: JournalBuilder, number: int) -> None:
    builder.deliver("e1", attempt=number + 2)


def flood_of_refreshes(builder: JournalBuilder, number: int) -> None:
    builder.hook("refresh")


def flood_of_states(builder: JournalBuilder, number: int) -> None:
    builder.effects({"transactions": ["bank_tx_0", number]}, applied={"e0": 1, "e1": number}, moment="settled")


def journal_of(flood: Callable[[JournalBuilder, int], None], size: int) -> Journal:
    """Return a journal of an ordinary scenario with *size* observations of one kind in it."""
    builder = JournalBuilder(uses=("*",))
    builder.consent("c1")
    builder.rows(*(builder.transaction(str(number)) for number in range(4)))
    builder.deliver("e0")
    builder.deliver("e1")
    builder.hook("refresh")
    builder.effects({"transactions": ["bank_tx_0"]}, applied={"e0": 1}, moment="settled")
    for number in range(size):
        flood(builder, number)
    builder.effects({"transactions": ["bank_tx_0"]}, applied={"e0": 1, "e1": 1})
    return builder.build()


def function_calls(examine: Callable[[Journal], Any], journal: Journal) -> int:
    """Return the number of function calls of *examine*, a measure of its work that does not depend on the machine."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        examine(journal)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "flood",
    [
        flood_of_failures,
        flood_of_lost_pages,
        flood_of_refusals,
        flood_of_limits,
        flood_of_refused_tokens,
        flood_of_creations,
        flood_of_events,
        flood_of_deliveries,
        flood_of_refreshes,
        flood_of_states,
    ],
)
def test_twice_the_observations_are_twice_the_work(flood: Callable[[JournalBuilder, int], None]) -> None:
    """No general probe compares each observation with each other one."""
    once, twice = journal_of(flood, SIZE), journal_of(flood, 2 * SIZE)
    for probe in general_probes():
        few, many = function_calls(probe.examine, once), function_calls(probe.examine, twice)

        assert many < max(FEW_CALLS, MOST_GROWTH * few), name_of(probe)
