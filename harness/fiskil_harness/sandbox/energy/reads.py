"""Meter reads of a household, half hour by half hour, derived from the person's file and the seed.

All values are whole watt-hours, so that sums are exact. The reads of a day are the same in every request, at any time.
"""

import random
from datetime import date
from decimal import Decimal

from msgspec import Struct

from fiskil_harness.core.model.energy import EnergyAccountSpec
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.energy.calendar import DAY, Period, days_between

HALF_HOURS = 48
CAPACITY_KW = 5.0
"""The capacity of a household's inverter, which is also its limit of exports."""
IMPORT, CONTROLLED, EXPORT = "E1", "E2", "B1"
# Weights of a day's half hours: little usage at night, more in the morning, most in the evening.
_SHAPE = (
    *(9, 8, 8, 7, 7, 7, 7, 7, 8, 9, 11, 14),
    *(19, 26, 31, 33, 29, 24, 21, 20, 19, 19, 20, 21),
    *(21, 20, 19, 19, 20, 22, 26, 31, 37, 43, 48, 50),
    *(49, 46, 42, 38, 33, 29, 25, 21, 18, 15, 12, 10),
)
_MOST_GENERATED = int(CAPACITY_KW * 1000 / 2)
_NIGHT = (44, 45, 46, 47, 0, 1, 2, 3, 4, 5)
_SEASON = (106, 102, 94, 88, 98, 116, 124, 117, 99, 90, 92, 100)
# About how much a kilowatt of panels generates on a clear day, in tenths of kilowatt-hours by month. In the tropics, summer
# is the wet season.
_SUN = {
    "ACT": (59, 52, 43, 33, 24, 20, 22, 30, 40, 49, 56, 60),
    "NSW": (56, 49, 42, 33, 26, 22, 24, 31, 39, 47, 53, 57),
    "NT": (46, 45, 47, 50, 49, 48, 50, 54, 56, 57, 55, 50),
    "QLD": (55, 49, 46, 39, 33, 30, 32, 39, 46, 51, 55, 57),
    "SA": (62, 55, 45, 33, 24, 20, 21, 28, 37, 47, 55, 60),
    "TAS": (54, 47, 35, 23, 15, 11, 13, 20, 29, 40, 48, 53),
    "VIC": (58, 51, 39, 27, 18, 14, 16, 23, 32, 43, 51, 57),
    "WA": (65, 58, 48, 36, 27, 22, 23, 30, 40, 51, 58, 64),
}


class MeterRead(Struct, frozen=True, kw_only=True):
    """The energy that register ``suffix`` counted from ``first`` to ``last``, in ``wh`` (watt-hours).

    An interval meter has one value per half hour, a basic meter a single value. ``substituted`` is the range of values that
    are estimates.
    """

    suffix: str
    first: date
    last: date
    wh: tuple[int, ...]
    substituted: tuple[int, int] | None = None

    @property
    def total(self) -> int:
        """Return the sum in watt-hours."""
        return sum(self.wh)


class Meter:
    """The registers of one account; each read is generated when it is first needed, and then stored."""

    def __init__(self, seed: int, email: str, spec: EnergyAccountSpec, *, state: str) -> None:
        self._seed, self._email, self._spec, self._state = seed, email, spec, state
        self._made: dict[date, list[MeterRead]] = {}

    def reads(self, spans: tuple[Period, ...], *, until: date) -> list[MeterRead]:
        """Return every read up to the evening before *until*, oldest first.

        A basic meter and a gas meter are read at the end of each period, an interval meter every day.
        """
        if self._spec.meter == "basic" or self._spec.is_gas:
            return [meter_read for span in spans for meter_read in self._once(span)]
        return [meter_read for day in days_between(spans[0].first, until - DAY) for meter_read in self._daily(day)]

    def _once(self, span: Period) -> list[MeterRead]:
        if span.first not in self._made:
            self._made[span.first] = [_read_once(self._seed, self._email, self._spec, span)]
        return self._made[span.first]

    def _daily(self, day: date) -> list[MeterRead]:
        if day not in self._made:
            self._made[day] = _read_daily(self._seed, self._email, self._spec, day, self._state)
        return self._made[day]


def _read_once(seed: int, email: str, spec: EnergyAccountSpec, span: Period) -> MeterRead:
    """Return the read of a basic meter, in whole kilowatt-hours."""
    used = sum(sum(_used(spec, day, _chance(seed, email, spec, day))) for day in days_between(span.first, span.last))
    return MeterRead(suffix=IMPORT, first=span.first, last=span.last, wh=(used // 1000 * 1000,))


def _read_daily(seed: int, email: str, spec: EnergyAccountSpec, day: date, state: str) -> list[MeterRead]:
    """Return the reads of one day in market time, without daylight saving: 48 half hours. Source: energy.market-time"""
    chance = _chance(seed, email, spec, day)
    used = _used(spec, day, chance)
    generated = _generated(spec, day, chance, state)
    net = [number - sun for number, sun in zip(used, generated, strict=True)]
    # On some days the meter was offline in the morning, and its reads are estimated afterwards.
    estimated = (15, 22) if chance.random() < 0.02 else None
    imported, exported = tuple(max(0, wh) for wh in net), tuple(max(0, -wh) for wh in net)
    reads = [MeterRead(suffix=IMPORT, first=day, last=day, wh=imported, substituted=estimated)]
    if spec.controlled_kwh:
        reads.append(MeterRead(suffix=CONTROLLED, first=day, last=day, wh=_heated(spec, day, chance)))
    if spec.solar_kw:
        reads.append(MeterRead(suffix=EXPORT, first=day, last=day, wh=exported, substituted=estimated))
    return reads


def _chance(seed: int, email: str, spec: EnergyAccountSpec, day: date) -> random.Random:
    return stream(seed, "reads", email, spec.key, day.isoformat())


def _used(spec: EnergyAccountSpec, day: date, chance: random.Random) -> list[int]:
    """Return the household's usage in each half hour."""
    whole = _watt_hours(spec.daily_kwh) * _SEASON[day.month - 1] * chance.randrange(80, 121) // 10_000
    return [whole * weight * chance.randrange(60, 141) // (100 * sum(_SHAPE)) for weight in _SHAPE]


def _generated(spec: EnergyAccountSpec, day: date, chance: random.Random, state: str) -> list[int]:
    """Return the output of the panels: most at noon, less under clouds, and never more than the inverter's capacity."""
    whole = _watt_hours(spec.solar_kw or "0") * _SUN[state][day.month - 1] * chance.randrange(25, 101) // 1000
    heights = [max(0, min(at - 11, 37 - at)) for at in range(HALF_HOURS)]
    return [min(whole * height // sum(heights), _MOST_GENERATED) for height in heights]


def _heated(spec: EnergyAccountSpec, day: date, chance: random.Random) -> tuple[int, ...]:
    """Return the usage of the hot water system, at night."""
    whole = _watt_hours(spec.controlled_kwh or "0") * _SEASON[day.month - 1] * chance.randrange(85, 116) // 10_000
    return tuple(whole // len(_NIGHT) if at in _NIGHT else 0 for at in range(HALF_HOURS))


def _watt_hours(kilo: str) -> int:
    return int(Decimal(kilo) * 1000)
