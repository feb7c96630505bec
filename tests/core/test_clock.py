"""Sandbox time is real time plus an offset that only grows."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from fiskil_harness.core.clock import Clock, real_now, rfc3339, stopwatch, wait_until
from fiskil_harness.errors import UsageError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    """Return a clock whose real time is always noon."""
    return Clock(real=lambda: NOON)


def test_a_new_clock_shows_real_time() -> None:
    """Without an offset, sandbox time is the machine's time in UTC."""
    before, now, after = real_now(), Clock().now(), real_now()

    assert before <= now <= after
    assert now.tzinfo is UTC


def test_advances_add_up(clock: Clock) -> None:
    """All units count, and later advances are added to earlier ones."""
    clock.advance(seconds=1, minutes=1)
    clock.advance(hours=1, days=1)

    assert clock.offset == timedelta(days=1, hours=1, minutes=1, seconds=1)
    assert clock.now() == NOON + clock.offset


def test_sandbox_time_never_goes_back() -> None:
    """The machine's clock may be set back while a sandbox runs; sandbox time goes on from where it was."""
    minute = timedelta(minutes=1)
    moments = iter([NOON, NOON - 60 * minute, NOON - 59 * minute, NOON - 90 * minute, NOON - 88 * minute])
    clock = Clock(real=lambda: next(moments))

    assert [clock.now() - NOON for _ in range(5)] == [0 * minute, 0 * minute, minute, minute, 3 * minute]


def test_a_reset_returns_to_the_clock_of_the_machine() -> None:
    """It may have been set back meanwhile."""
    moments = iter([NOON, NOON - timedelta(hours=1)])
    clock = Clock(real=lambda: next(moments))
    clock.now()

    clock.reset()

    assert clock.now() == NOON - timedelta(hours=1)


def test_sandbox_time_passes_at_the_speed_of_real_time() -> None:
    """An offset moves sandbox time and does not stop it."""
    moments = iter([NOON, NOON, NOON + timedelta(seconds=3)])
    clock = Clock(real=lambda: next(moments))
    clock.advance(days=1)

    assert clock.now() + timedelta(seconds=3) == clock.now()


@pytest.mark.parametrize("seconds", [-1, -0.001])
def test_a_step_backwards_is_refused(clock: Clock, seconds: float) -> None:
    """Sandbox time only moves forward; a negative step raises ValueError and changes nothing."""
    with pytest.raises(ValueError, match="Sandbox time only moves forward"):
        clock.advance(seconds=seconds)

    assert clock.offset == timedelta()


def test_advancing_to_an_instant_reaches_exactly_that_instant(clock: Clock) -> None:
    """An instant in the future becomes the current time; one in the past changes nothing."""
    clock.advance_to(NOON + timedelta(days=2))
    clock.advance_to(NOON + timedelta(days=1))

    assert clock.now() == NOON + timedelta(days=2)


@pytest.mark.parametrize("days", [36_600, 36_600.5, 999_999_999, 1e300])
def test_sandbox_time_has_a_furthest_date(clock: Clock, days: float) -> None:
    """A step to more than 36600 days ahead of real time raises UsageError and changes nothing."""
    clock.advance(days=1)

    with pytest.raises(UsageError, match=r"at most 36600 days ahead of real time\. A reset returns it"):
        clock.advance(days=days)
    with pytest.raises(UsageError, match="at most 36600 days ahead"):
        clock.advance_to(NOON + timedelta(days=36_601))

    assert clock.now() == NOON + timedelta(days=1)
    clock.advance(days=36_599)
    assert clock.offset == timedelta(days=36_600)


def test_a_reset_returns_to_real_time(clock: Clock) -> None:
    """After a reset the offset is zero."""
    clock.advance(days=400)

    clock.reset()

    assert clock.now() == NOON


def test_concurrent_advances_are_all_counted(clock: Clock) -> None:
    """Threads that advance the clock at the same time advance it by the sum of their steps."""

    def advance_often() -> None:
        for _ in range(2_000):
            clock.advance(seconds=1)

    threads = [threading.Thread(target=advance_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.offset == timedelta(seconds=8_000)


def test_waiting_returns_the_first_true_value() -> None:
    """The first true result of the polled function ends the wait."""
    results = iter([None, 0, "", "there"])

    assert wait_until(lambda: next(results), cap_s=60, every_ms=1) == "there"


def test_waiting_ends_at_its_limit() -> None:
    """Without a true result the wait returns None, and not before the whole limit has passed."""
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
    """An instant is formatted in UTC, with Z."""
    assert rfc3339(instant, timespec=timespec) == text


def test_the_target_of_a_move_is_known_without_the_real_time_that_passed() -> None:
    """``moved_to`` is the instant to which the clock was moved, however much real time passes."""
    moments = (NOON + timedelta(seconds=second) for second in range(0, 100, 5))
    clock = Clock(real=lambda: next(moments))
    before = clock.moved_to

    clock.advance_to(NOON + timedelta(minutes=1))
    after_advance_to = clock.moved_to
    clock.advance(days=1)
    after_advance = clock.moved_to
    clock.reset()

    assert before == clock.moved_to < NOON
    assert after_advance_to == NOON + timedelta(minutes=1)
    assert after_advance == NOON + timedelta(days=1, minutes=1, seconds=5)
