"""The number of workers follows what the processors of the machine do."""

from collections.abc import Callable, Iterator

import pytest

from fiskil_harness.runner.worker_count import WorkerCount, largest_count, processor_ticks

Ticks = tuple[int, int] | None


def adapted(readings: list[Ticks], *, most: int | None, seconds: float = 60.0) -> list[int]:
    """Return the number of workers after each look at the processors, beginning with 4.

    Args:
        readings: The unused and all ticks at the start and at each look.
        seconds: The time between two looks.
    """
    each: Iterator[Ticks] = iter(readings)

    def watch() -> Callable[[], float]:
        return lambda: seconds

    count = WorkerCount(4, most, read_ticks=lambda: next(each), watch=watch)
    numbers: list[int] = []
    for _ in readings[1:]:
        count.adapt()
        numbers.append(count.now)
    return numbers


def test_workers_are_added_one_by_one_while_the_processors_are_unused() -> None:
    """A run that mostly waits gets more workers, up to the most."""
    readings: list[Ticks] = [(0, 0), (90, 100), (170, 200), (220, 300), (300, 400)]

    numbers = adapted(readings, most=6)

    assert numbers == [5, 6, 6, 6]


def test_a_busy_machine_keeps_the_number_of_the_start() -> None:
    """The processor time of other programs counts as used, and the number never falls below that of the start."""
    readings: list[Ticks] = [(0, 0), (30, 100), (31, 200), (32, 300)]

    numbers = adapted(readings, most=6)

    assert numbers == [4, 4, 4]


def test_workers_are_removed_when_no_processor_time_is_left() -> None:
    """Limits are real time, so a machine without reserve would make them unreliable."""
    readings: list[Ticks] = [(0, 0), (90, 100), (180, 200), (185, 300), (190, 400), (195, 500)]

    numbers = adapted(readings, most=6)

    assert numbers == [5, 6, 5, 4, 4]


@pytest.mark.parametrize(
    ("readings", "most", "seconds"),
    [
        ([(0, 0), (90, 100)], None, 60.0),
        ([(0, 0), (90, 100)], 6, 0.1),
        ([None, None], 6, 60.0),
        ([(0, 0), None], 6, 60.0),
        ([(5, 100), (5, 100)], 6, 60.0),
    ],
)
def test_a_given_number_and_unknown_times_change_nothing(readings: list[Ticks], most: int | None, seconds: float) -> None:
    """`--workers N` keeps its number, and so do a look that comes too soon and a machine without known times."""
    assert adapted(readings, most=most, seconds=seconds) == [4]


def test_the_times_of_this_machine_grow() -> None:
    """The unused time is a part of the whole."""
    before, after = processor_ticks(), processor_ticks()

    assert before is None or (after is not None and before[0] <= after[0] <= after[1])
    assert largest_count() >= 2
