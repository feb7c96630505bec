"""Shapes: the times of all deliveries follow from rate, duration and shape."""

import pytest

from fiskil_harness.errors import UnknownName
from fiskil_harness.soak.shapes import SHAPES, Timetable, peak, phases_of


def timetable(shape: str) -> Timetable:
    """Return the slots of a minute at 20 deliveries a second."""
    return Timetable(phases_of(shape, rate=20, duration_s=60))


@pytest.mark.parametrize("shape", SHAPES)
def test_slots_are_in_order_and_inside_their_phase(shape: str) -> None:
    """Each slot has a time in its phase, and no slot is before an earlier one."""
    table = timetable(shape)

    slots = [table.slot(number) for number in range(table.count)]

    assert [slot.at_s for slot in slots] == sorted(slot.at_s for slot in slots)
    assert all(slot.phase.start_s - 1e-6 <= slot.at_s <= slot.phase.end_s + 1e-6 for slot in slots)


@pytest.mark.parametrize("shape", SHAPES)
def test_phases_cover_the_whole_run(shape: str) -> None:
    """There is no gap between two phases, and the last one ends with the run."""
    phases = timetable(shape).phases

    assert [phases[0].start_s, *(phase.end_s for phase in phases)] == [
        *(phase.start_s for phase in phases),
        pytest.approx(60),
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_workers_share_the_slots(shape: str) -> None:
    """Four workers together have the same slots as one."""
    table = timetable(shape)

    shared = [slot for worker in range(4) for slot in table.slots_of(worker, 4)]

    assert sorted(shared, key=lambda slot: slot.number) == list(table.slots_of(0, 1))


def test_a_ramp_becomes_faster() -> None:
    """The first second of a ramp has far fewer deliveries than the last."""
    table = timetable("ramp")
    times_s = [table.slot(number).at_s for number in range(table.count)]

    first, last = (sum(begin <= at_s < begin + 5 for at_s in times_s) for begin in (0, 55))

    assert (first < 25, last) == (True, 100)


def test_bursts_are_three_times_the_rate() -> None:
    """The peak counts for the caps, not the average."""
    assert peak(timetable("burst").phases) == 60


def test_a_brown_out_troubles_the_api_and_then_ends() -> None:
    """The API is healthy at first and at last."""
    assert [phase.trouble for phase in timetable("brown-out").phases] == ["", "slow", "down", ""]


def test_an_unknown_shape_is_refused_with_the_nearest_name() -> None:
    """The message lists the shapes."""
    with pytest.raises(UnknownName) as refusal:
        phases_of("brownout", rate=1, duration_s=10)

    assert str(refusal.value) == (
        "No shape 'brownout'. Did you mean 'brown-out'? Known: brown-out, burst, nightly-sync, ramp, steady."
    )
