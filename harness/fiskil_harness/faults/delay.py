"""Faults of delay: every byte comes as it was, but later.

``upstream`` is what goes from the client to the API, ``downstream`` what comes back, as Toxiproxy has it.
"""

import math
from collections.abc import Iterator, Sequence
from random import Random
from typing import ClassVar, Literal

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.acts import LONGEST_MS, bounded, refuse_other
from fiskil_harness.faults.fault import Act, MatchedExchange, Pause, Piece, PlainFault, refuse_outside

Stream = Literal["upstream", "downstream"]
STREAMS = ("upstream", "downstream")
RESAMPLES = 10


class Latency(PlainFault, frozen=True, kw_only=True, tag="latency"):
    """Each piece arrives ``latency_ms`` later, give or take ``jitter_ms``, in the same order.

    The jitter is uniform and in whole milliseconds, from -``jitter_ms`` to one less than ``jitter_ms``.
    Downstream the API has done its work long before the client hears; upstream the API is asked later.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LATENCY",)

    latency_ms: int = 200
    jitter_ms: int = 0
    stream: Stream = "downstream"

    def check(self) -> None:
        """Refuse no latency at all, and more than a minute."""
        refuse_other(self, "stream", STREAMS)
        refuse_outside(self, "latency_ms", 0, LONGEST_MS)
        refuse_outside(self, "jitter_ms", 0, LONGEST_MS)
        if not 1 <= self.latency_ms + self.jitter_ms <= LONGEST_MS:
            raise ConfigError(
                f"Latency: latency_ms and jitter_ms must be 1 to {LONGEST_MS} together,"
                f" got {self.latency_ms} and {self.jitter_ms}."
            )

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Upstream: a pause before the API hears of the request."""
        delay_s = self._delay_s(exchange.chance) if self.stream == "upstream" else 0
        return (Pause(delay_s),) if delay_s else ()

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Downstream: pauses, so that each piece arrives that much later than it would have."""
        return bounded(self._later(acts, exchange.chance)) if self.stream == "downstream" else acts

    def _later(self, acts: Sequence[Act], chance: Random) -> Iterator[Act]:
        due_s = told_s = 0.0
        for act in acts:
            if isinstance(act, Pause):
                due_s += act.seconds
                continue
            wanted_s = due_s + (self._delay_s(chance) if isinstance(act, Piece) else 0)
            wait_s = round(wanted_s - told_s, 6)
            if wait_s > 0:
                told_s = wanted_s
                yield Pause(wait_s)
            yield act
        if due_s > told_s:
            yield Pause(round(due_s - told_s, 6))

    def _delay_s(self, chance: Random) -> float:
        jitter_ms = chance.randrange(-self.jitter_ms, self.jitter_ms) if self.jitter_ms else 0
        return max(0, self.latency_ms + jitter_ms) / 1000


class LognormalDelay(PlainFault, frozen=True, kw_only=True, tag="lognormal_delay"):
    """The answer begins late: half of all within ``median_ms``, a few much later, none after ``max_ms``.

    ``sigma`` is the deviation of the delay's logarithm: 0.1 is tight, 1 has a long tail. A delay beyond ``max_ms`` is drawn
    anew, ten times at most, as WireMock does.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LAT-LOGNORMAL",)

    median_ms: int = 200
    sigma: float = 0.4
    max_ms: int = 5_000

    def check(self) -> None:
        """Refuse a median of nothing, a longest delay below it, and a deviation that is none."""
        refuse_outside(self, "max_ms", 1, LONGEST_MS)
        refuse_outside(self, "median_ms", 1, self.max_ms)
        if not 0 < self.sigma <= 5:
            raise ConfigError(f"LognormalDelay: sigma must be above 0 and at most 5, got {self.sigma!r}.")

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """A pause before everything."""
        return _after_ms(self._drawn_ms(exchange.chance), acts)

    def _drawn_ms(self, chance: Random) -> int:
        drawn_ms = self.max_ms + 1
        for _ in range(RESAMPLES + 1):
            drawn_ms = round(math.exp(chance.gauss() * self.sigma) * self.median_ms)
            if drawn_ms <= self.max_ms:
                break
        return min(drawn_ms, self.max_ms)


class UniformDelay(PlainFault, frozen=True, kw_only=True, tag="uniform_delay"):
    """The answer begins late, by ``lower_ms`` to ``upper_ms``, both included."""

    ids: ClassVar[tuple[str, ...]] = ("N-LAT-UNIFORM",)

    lower_ms: int = 100
    upper_ms: int = 300

    def check(self) -> None:
        """Refuse bounds in the wrong order, and no delay at all."""
        refuse_outside(self, "upper_ms", 1, LONGEST_MS)
        refuse_outside(self, "lower_ms", 0, self.upper_ms)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """A pause before everything."""
        return _after_ms(exchange.chance.randint(self.lower_ms, self.upper_ms), acts)


def _after_ms(delay_ms: int, acts: Sequence[Act]) -> Sequence[Act]:
    return bounded((Pause(delay_ms / 1000), *acts)) if delay_ms else acts


FAULTS: tuple[type[PlainFault], ...] = (Latency, LognormalDelay, UniformDelay)
