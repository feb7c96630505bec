"""Load shapes: how the rate of deliveries changes over a run, and what breaks at the API meanwhile.

A shape is a list of phases. The time of each delivery follows from the phases alone, never from the app's responses.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Literal

from msgspec import Struct

from fiskil_harness.errors import UnknownName

Trouble = Literal["", "slow", "down"]
"""The state of the API in a phase: healthy, slow, or failing most requests."""


class Phase(Struct, frozen=True, kw_only=True):
    """A part of the run. The rate changes steadily from *rate_from* to *rate_to* deliveries per second.

    ``trouble`` is what the proxy in front of the API does. In a phase that ``sweeps``, the end users get their messages one
    after the other, as in a nightly sync; otherwise the end user of each delivery is random.
    """

    name: str
    start_s: float
    end_s: float
    rate_from: float
    rate_to: float
    trouble: Trouble = ""
    sweeps: bool = False

    @property
    def lasts_s(self) -> float:
        """The duration of the phase."""
        return self.end_s - self.start_s

    @property
    def deliveries(self) -> float:
        """The number of deliveries in the phase."""
        return (self.rate_from + self.rate_to) / 2 * self.lasts_s

    def time_of(self, number: float) -> float:
        """Return the time of the delivery *number* of the phase, in seconds since the start of the run."""
        slope = (self.rate_to - self.rate_from) / self.lasts_s
        if abs(slope) < 1e-9:
            return self.start_s + number / self.rate_from
        root = math.sqrt(max(0.0, self.rate_from**2 + 2 * slope * number))
        return self.start_s + (root - self.rate_from) / slope


def _steady(rate: float, duration_s: float) -> list[Phase]:
    return [_phase("steady", 0, 1, duration_s, rate)]


def _ramp(rate: float, duration_s: float) -> list[Phase]:
    return [
        Phase(name="ramp", start_s=0, end_s=duration_s * 0.8, rate_from=rate / 10, rate_to=rate),
        _phase("top", 0.8, 1, duration_s, rate),
    ]


def _burst(rate: float, duration_s: float) -> list[Phase]:
    """Return five rounds: four fifths of each at half the rate, then one fifth at three times the rate."""
    phases = []
    for number in range(5):
        phases.append(_phase("between bursts", number / 5, (number + 0.8) / 5, duration_s, rate / 2))
        phases.append(_phase("burst", (number + 0.8) / 5, (number + 1) / 5, duration_s, rate * 3))
    return phases


def _brown_out(rate: float, duration_s: float) -> list[Phase]:
    return [
        _phase("before", 0, 0.3, duration_s, rate),
        _phase("API slow", 0.3, 0.45, duration_s, rate, trouble="slow"),
        _phase("API down", 0.45, 0.6, duration_s, rate, trouble="down"),
        _phase("after", 0.6, 1, duration_s, rate),
    ]


def _nightly_sync(rate: float, duration_s: float) -> list[Phase]:
    return [
        _phase("evening", 0, 0.2, duration_s, rate / 10),
        _phase("nightly sync", 0.2, 0.8, duration_s, rate, sweeps=True),
        _phase("morning", 0.8, 1, duration_s, rate / 10),
    ]


SHAPES: dict[str, Callable[[float, float], list[Phase]]] = {
    "steady": _steady,
    "ramp": _ramp,
    "burst": _burst,
    "brown-out": _brown_out,
    "nightly-sync": _nightly_sync,
}
"""Every shape by name: a function of the rate and the duration."""


def phases_of(shape: str, *, rate: float, duration_s: float) -> list[Phase]:
    """Return the phases of a run.

    Args:
        rate: Deliveries per second; the shape may exceed it, see ``peak``.
        duration_s: The duration of the load in seconds.

    Raises:
        UnknownName: There is no such shape.
    """
    if shape not in SHAPES:
        raise UnknownName("shape", shape, SHAPES)
    return SHAPES[shape](rate, duration_s)


def peak(phases: list[Phase]) -> float:
    """Return the highest rate of the phases."""
    return max(max(phase.rate_from, phase.rate_to) for phase in phases)


class Slot(Struct, frozen=True, kw_only=True):
    """The place of one delivery in the plan: its number, its intended time in seconds since the start, and its phase."""

    number: int
    at_s: float
    phase: Phase


class Timetable:
    """The slots of a run."""

    def __init__(self, phases: list[Phase]) -> None:
        self.phases = phases
        self._ends = list(accumulate(phase.deliveries for phase in phases))

    @property
    def count(self) -> int:
        """The number of slots."""
        return int(self._ends[-1])

    def slot(self, number: int) -> Slot:
        """Return the slot *number*, from 0."""
        place = min(bisect_right(self._ends, number), len(self.phases) - 1)
        phase = self.phases[place]
        before = self._ends[place - 1] if place else 0.0
        return Slot(number=number, at_s=phase.time_of(number - before), phase=phase)

    def slots_of(self, worker: int, workers: int) -> Iterator[Slot]:
        """Yield every slot of one of several workers; together the workers have each slot once."""
        return (self.slot(number) for number in range(worker, self.count, workers))


def _phase(
    name: str, start: float, end: float, duration_s: float, rate: float, *, trouble: Trouble = "", sweeps: bool = False
) -> Phase:
    """Return a phase with a constant rate; *start* and *end* are shares of the duration."""
    return Phase(
        name=name,
        start_s=start * duration_s,
        end_s=end * duration_s,
        rate_from=rate,
        rate_to=rate,
        trouble=trouble,
        sweeps=sweeps,
    )
