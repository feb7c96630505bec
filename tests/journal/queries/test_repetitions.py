"""Ways in which messages come again: each tells one habit of receivers from another."""

import pytest

from fiskil_harness.journal import DURING_KILL
from fiskil_harness.journal.queries.repetitions import LONG_AFTER, ways_repeated
from fiskil_harness.probes import AppliesOnce, Verdict
from tests.probes.courier import Courier

UNHEARD = "hung up before reading the answer"


def cases(courier: Courier, **counts: int) -> dict[str, Verdict]:
    """The verdict of each way, when the app tells *counts*."""
    courier.effects(counts)
    return {case.name: case.verdict for case in AppliesOnce().examine(courier.journal).cases}


@pytest.mark.parametrize(
    ("first", "again", "way"),
    [
        ({}, {"attempt": 2}, "retry"),
        ({}, {"kind": "replay"}, "replay"),
        ({}, {"kind": "replay", "name": "unpadded"}, "respelt"),
        ({"group": 3}, {"group": 3}, "burst"),
        ({}, {"group": 3, "attempt": 2}, "workers"),
        ({"status": None, "trouble": UNHEARD}, {"attempt": 2}, "unheard"),
    ],
)
def test_every_way_has_its_name(first: dict[str, object], again: dict[str, object], way: str) -> None:
    """What counts is how the second delivery relates to the one before it."""
    courier = Courier()
    courier.deliver("e0", **first)  # type: ignore[arg-type]
    courier.deliver("e0", **again)  # type: ignore[arg-type]

    assert ways_repeated(courier.journal) == {"id-e0": {way}}


@pytest.mark.parametrize(("status", "way"), [(204, "restart"), (None, "cut_off")])
def test_a_kill_in_between_counts_more(status: int | None, way: str) -> None:
    """Whether the app had acknowledged before it died makes a difference."""
    courier = Courier()
    courier.deliver("e0", status=status, trouble="" if status else "connection reset")
    courier.killed()
    courier.deliver("e0", attempt=2)

    assert ways_repeated(courier.journal) == {"id-e0": {way}}


def test_many_others_in_between_make_it_late() -> None:
    """A short memory holds a hundred."""
    courier = Courier()
    courier.deliver("e0")
    for number in range(LONG_AFTER + 1):
        courier.event(f"f{number}", "telco.account.updated")
        courier.deliver(f"f{number}")
    courier.deliver("e0", kind="replay")

    assert ways_repeated(courier.journal)["id-e0"] == {"late"}


def test_a_second_effect_is_blamed_on_its_way_alone() -> None:
    """Whoever applies retries again may know the same bytes again."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.deliver("e1")
    courier.deliver("e1", kind="replay")

    assert cases(courier, e0=2, e1=1) == {"retry": Verdict.FAIL, "replay": Verdict.PASS}


def test_where_two_ways_meet_others_tell_which_it_was() -> None:
    """A message that came again in both is explained by the one that is known to be wrong."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.deliver("e1")
    courier.deliver("e1", attempt=2)
    courier.deliver("e1", kind="replay")
    courier.deliver("e2")
    courier.deliver("e2", kind="replay")

    assert cases(courier, e0=2, e1=2, e2=1) == {"retry": Verdict.FAIL, "replay": Verdict.PASS}


def test_a_race_is_no_race_where_everything_is_applied_again() -> None:
    """Whoever never knows a message has no window to lose a race in."""
    courier = Courier()
    courier.deliver("e0", group=1)
    courier.deliver("e0", group=1)
    courier.deliver("e1")
    courier.deliver("e1", kind="replay")

    assert cases(courier, e0=2, e1=2) == {"replay": Verdict.FAIL, "burst": Verdict.INCONCLUSIVE}
    assert cases(courier, e0=2, e1=1) == {"replay": Verdict.PASS, "burst": Verdict.FAIL}


@pytest.mark.parametrize(("count", "verdict"), [(1, Verdict.PASS), (2, Verdict.FAIL), (6, Verdict.INCONCLUSIVE)])
def test_memories_that_differ_show_in_some_of_many(count: int, verdict: Verdict) -> None:
    """Two effects of six deliveries are two processes; six are no memory at all."""
    courier = Courier()
    courier.deliver("e0")
    for group in range(1, 6):
        courier.deliver("e0", kind="replay", group=group)

    assert cases(courier, e0=count) == {"workers": verdict}


def test_who_loses_a_race_is_named_nowhere() -> None:
    """Chance decides that, and two runs must read the same."""
    courier = Courier()
    for event in ("e0", "e1"):
        courier.deliver(event, group=1)
        courier.deliver(event, group=1)
    courier.effects({"e0": 1, "e1": 2})

    (case,) = AppliesOnce().examine(courier.journal).cases

    assert (case.name, case.verdict, case.events) == ("burst", Verdict.FAIL, ("e0", "e1"))


def test_a_crash_amidst_is_one_way_whatever_came_of_each() -> None:
    """Whether a message was answered before the app died is a matter of time, so the finding names none."""
    courier = Courier()
    courier.deliver("e0", name=DURING_KILL)
    courier.deliver("e1", name=DURING_KILL, status=None, trouble="connection reset")
    courier.killed()
    courier.deliver("e1", attempt=2)
    courier.deliver("e0", kind="replay")
    courier.effects({"e0": 1, "e1": 2})

    finding = AppliesOnce().examine(courier.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ())
    assert finding.observed == "a message that was being delivered when the app was killed was applied more than once"
    assert [(case.name, case.verdict, case.events) for case in finding.cases] == [("cut_off", Verdict.FAIL, ("e0", "e1"))]


def test_who_won_a_race_once_is_not_acquitted() -> None:
    """A crash hits one message in its window and another out of it."""
    courier = Courier()
    courier.deliver("e0", name=DURING_KILL)
    courier.deliver("e1", name=DURING_KILL)
    courier.killed()
    courier.deliver("e0", attempt=2)
    courier.deliver("e1", attempt=2)
    courier.killed()
    courier.deliver("e1", kind="replay")

    assert cases(courier, e0=1, e1=2) == {"cut_off": Verdict.FAIL}
