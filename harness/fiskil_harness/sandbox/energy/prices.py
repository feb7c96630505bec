"""The times at which each price of a plan applies, by weekday and half hour."""

from collections.abc import Callable

from fiskil_harness.core.model.energy import WEEKDAYS, EnergyPlan, Rate
from fiskil_harness.sandbox.energy.reads import HALF_HOURS

Runs = tuple[tuple[int, int], ...]


def rate_at(plan: EnergyPlan, weekday: int, half_hour: int) -> Rate:
    """Return the plan's first rate that applies in a half hour of a weekday; Monday is 0."""
    return next((rate for rate in plan.rates if holds(rate, weekday, half_hour)), plan.rates[-1])


def holds(rate: Rate, weekday: int, half_hour: int) -> bool:
    """Return True if the window of *rate* covers a half hour; a rate without a window always does."""
    return not rate.start or (WEEKDAYS[weekday] in rate.days and rate.start <= clock_of(half_hour) < rate.end)


def windows(covers: Callable[[int, int], bool]) -> list[dict[str, object]]:
    """Return the windows in which *covers* (weekday, half hour) is true, as the API has them.

    Weekdays with the same times share their windows.
    """
    days_of: dict[Runs, list[str]] = {}
    for weekday, name in enumerate(WEEKDAYS):
        days_of.setdefault(_runs([at for at in range(HALF_HOURS) if covers(weekday, at)]), []).append(name)
    return [
        {"days": days, "start_time": clock_of(first), "end_time": last_minute_of(last)}
        for runs, days in days_of.items()
        for first, last in runs
    ]


def clock_of(half_hour: int) -> str:
    """Return the clock time at which a half hour begins."""
    return f"{half_hour // 2:02d}:{half_hour % 2 * 30:02d}"


def last_minute_of(half_hour: int) -> str:
    """Return the clock time of the last minute of a half hour, with which a window ends in the API."""
    return f"{half_hour // 2:02d}:{half_hour % 2 * 30 + 29:02d}"


def _runs(half_hours: list[int]) -> Runs:
    """Return the first and the last half hour of each range of consecutive half hours."""
    firsts = [at for at in half_hours if at - 1 not in half_hours]
    lasts = [at for at in half_hours if at + 1 not in half_hours]
    return tuple(zip(firsts, lasts, strict=True))
