"""Sandbox time is real time plus an offset that only grows."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from fiskil_harness.core.clock import Clock, real_now, rfc3339, stopwatch, wait_until
from fiskil_harness.errors import UsageError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    """A clock whose real time stands at noon."""
    return Clock(real=lambda: NOON)


def test_it_starts_at_real_time() -> None:
    """Without an offset sandbox time is the machine's."""
    before, now, after = real_now(), Clock().now(), real_now()

    assert before <= now <= after
    assert now.tzinfo is UTC


def test_advancing_adds_up(clock: Clock) -> None:
    """Every unit counts, and offsets add."""
    clock.advance(seconds=1, minutes=1)
    clock.advance(hours=1, days=1)

    assert clock.offset == timedelta(days=1, hours=1, minutes=1, seconds=1)
    assert clock.now() == NOON + clock.offset


def test_real_time_goes_on_under_the_offset() -> None:
    """The offset moves sandbox time, it does not stop it."""
    moments = iter([NOON, NOON, NOON + timedelta(seconds=3)])
    clock = Clock(real=lambda: next(moments))
    clock.advance(days=1)

    assert clock.now() + timedelta(seconds=3) == clock.now()


@pytest.mark.parametrize("seconds", [-1, -0.001])
def test_going_back_is_refused(clock: Clock, seconds: float) -> None:
    """Time only moves forward; nothing changes when it is asked to go back."""
    with pytest.raises(ValueError, match="Sandbox time only moves forward"):
        clock.advance(seconds=seconds)

    assert clock.offset == timedelta()


def test_advancing_to_an_instant_gets_there_exactly(clock: Clock) -> None:
    """An instant in the future becomes now; one in the past changes nothing."""
    clock.advance_to(NOON + timedelta(days=2))
    clock.advance_to(NOON + timedelta(days=1))

    assert clock.now() == NOON + timedelta(days=2)


@pytest.mark.parametrize("days", [36_600, 36_600.5, 999_999_999, 1e300])
def test_the_calendar_has_an_end(clock: Clock, days: float) -> None:
    """Beyond a century ahead in all a jump is refused in words, and nothing changes."""
    clock.advance(days=1)

    with pytest.raises(UsageError, match=r"at most 36600 days ahead of real time\. A reset returns it"):
        clock.advance(days=days)
    with pytest.raises(UsageError, match="at most 36600 days ahead"):
        clock.advance_to(NOON + timedelta(days=36_601))

    assert clock.now() == NOON + timedelta(days=1)
    clock.advance(days=36_599)
    assert clock.offset == timedelta(days=36_600)


def test_a_reset_returns_to_real_time(clock: Clock) -> None:
    """As between two scenarios."""
    clock.advance(days=400)

    clock.reset()

    assert clock.now() == NOON


def test_no_advance_is_lost_between_threads(clock: Clock) -> None:
    """Many threads that advance together advance by the sum."""

    def often() -> None:
        for _ in range(2_000):
            clock.advance(seconds=1)

    threads = [threading.Thread(target=often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.offset == timedelta(seconds=8_000)


def test_waiting_gives_what_was_seen() -> None:
    """The first true look ends the wait."""
    looks = iter([None, 0, "", "there"])

    assert wait_until(lambda: next(looks), cap_s=60, every_ms=1) == "there"


def test_waiting_has_a_cap() -> None:
    """What never comes is None after the cap, and the last look is after the whole wait."""
    elapsed = stopwatch()

    assert wait_until(lambda: None, cap_s=0.05, every_ms=5) is None
    assert 0.05 <= elapsed() < 30


@pytest.mark.parametrize(
    ("instant", "timespec", "text"),
    [
        (NOON, "seconds", "2026-03-02T12:00:00Z"),
        (NOON + timedelta(microseconds=957_999), "milliseconds", "2026-03-02T12:00:00.957Z"),
        (datetime.fromisoformat("2026-03-02T22:00:00+10:00"), "seconds", "2026-03-02T12:00:00Z"),
    ],
)
def test_instants_are_written_as_on_the_wire(instant: datetime, timespec: str, text: str) -> None:
    """UTC, with Z."""
    assert rfc3339(instant, timespec=timespec) == text


def test_what_was_moved_is_told_from_what_went_by() -> None:
    """However long a move takes in real time, the instant that it was to reach is known."""
    moments = (NOON + timedelta(seconds=second) for second in range(0, 100, 5))
    clock = Clock(real=lambda: next(moments))
    before = clock.moved_to

    clock.advance_to(NOON + timedelta(minutes=1))
    asked = clock.moved_to
    clock.advance(days=1)
    advanced = clock.moved_to
    clock.reset()

    assert before == clock.moved_to < NOON
    assert asked == NOON + timedelta(minutes=1)
    assert advanced == NOON + timedelta(days=1, minutes=1, seconds=5)
