"""Delay faults: every byte arrives unchanged, but later.

As in Toxiproxy, ``upstream`` is from the client to the API, and ``downstream`` is from the API to the client.
"""

import math
from collections.abc import Iterator, Sequence
from random import Random
from typing import Annotated, ClassVar, Literal

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.acts import LONGEST_MS, bounded
from fiskil_harness.faults.fault import QUOTED, Act, Between, Fault, MatchedExchange, Pause, Piece

Stream = Annotated[Literal["upstream", "downstream"], QUOTED]
RESAMPLES = 10


class Latency(Fault, frozen=True, kw_only=True, tag="latency"):
    """Each piece arrives ``latency_ms`` later, plus or minus ``jitter_ms``, in the same order.

    The jitter is uniform, in whole milliseconds from -``jitter_ms`` to ``jitter_ms`` - 1. Downstream, the API does its work
    at once, and the response arrives late; upstream, the API receives the request late.

    Args:
        latency_ms: The delay, from 0 to 60,000 milliseconds.
        jitter_ms: The deviation, from 0 to 60,000 milliseconds; the sum of delay and deviation is from 1 to 60,000.
        stream: The delayed direction: ``upstream`` or ``downstream``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LATENCY",)

    latency_ms: Annotated[int, Between(0, LONGEST_MS)] = 200
    jitter_ms: Annotated[int, Between(0, LONGEST_MS)] = 0
    stream: Stream = "downstream"

    def check(self) -> None:
        """Raise ConfigError unless both times together are from 1 to 60,000 milliseconds.

        Raises:
            ConfigError: A time is out of range, both are 0, or the stream is unknown.
        """
        super().check()
        if not 1 <= self.latency_ms + self.jitter_ms <= LONGEST_MS:
            raise ConfigError(
                f"Latency: latency_ms and jitter_ms together must be from 1 to {LONGEST_MS},"
                f" got {self.latency_ms} and {self.jitter_ms}."
            )

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Return a pause before the request is sent to the API, if the stream is upstream."""
        delay_s = self._delay_s(exchange.chance) if self.stream == "upstream" else 0
        return (Pause(delay_s),) if delay_s else ()

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts with pauses that make each piece arrive late, if the stream is downstream."""
        return bounded(self._later(acts, exchange.chance)) if self.stream == "downstream" else acts

    def _later(self, acts: Sequence[Act], chance: Random) -> Iterator[Act]:
        due_s = elapsed_s = 0.0
        for act in acts:
            if isinstance(act, Pause):
                due_s += act.seconds
                continue
            arrival_s = due_s + (self._delay_s(chance) if isinstance(act, Piece) else 0)
            wait_s = round(arrival_s - elapsed_s, 6)
            if wait_s > 0:
                elapsed_s = arrival_s
                yield Pause(wait_s)
            yield act
        if due_s > elapsed_s:
            yield Pause(round(due_s - elapsed_s, 6))

    def _delay_s(self, chance: Random) -> float:
        jitter_ms = chance.randrange(-self.jitter_ms, self.jitter_ms) if self.jitter_ms else 0
        return max(0, self.latency_ms + jitter_ms) / 1000


class LognormalDelay(Fault, frozen=True, kw_only=True, tag="lognormal_delay"):
    """The response starts after a log-normal delay: half of the delays are below ``median_ms``, a few are much longer.

    As in WireMock, a delay beyond ``max_ms`` is drawn again, ten times at most.

    Args:
        median_ms: The median delay, from 1 to ``max_ms``.
        sigma: The standard deviation of the delay's logarithm, above 0 and at most 5: 0.1 is narrow, 1 has a long tail.
        max_ms: The longest delay, from 1 to 60,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LAT-LOGNORMAL",)

    median_ms: Annotated[int, Between(1, "max_ms")] = 200
    sigma: float = 0.4
    max_ms: Annotated[int, Between(1, LONGEST_MS)] = 5_000

    def check(self) -> None:
        """Raise ConfigError unless 1 <= ``median_ms`` <= ``max_ms`` <= 60,000 and 0 < ``sigma`` <= 5.

        Raises:
            ConfigError: An argument is out of range.
        """
        super().check()
        if not 0 < self.sigma <= 5:
            raise ConfigError(f"LognormalDelay: sigma must be above 0 and at most 5, got {self.sigma!r}.")

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts with a pause before them."""
        return _after_ms(self._drawn_ms(exchange.chance), acts)

    def _drawn_ms(self, chance: Random) -> int:
        drawn_ms = self.max_ms + 1
        for _ in range(RESAMPLES + 1):
            drawn_ms = round(math.exp(chance.gauss() * self.sigma) * self.median_ms)
            if drawn_ms <= self.max_ms:
                break
        return min(drawn_ms, self.max_ms)


class UniformDelay(Fault, frozen=True, kw_only=True, tag="uniform_delay"):
    """The response starts after a random delay from ``lower_ms`` to ``upper_ms``, both included.

    Args:
        lower_ms: The shortest delay, from 0 to ``upper_ms`` milliseconds.
        upper_ms: The longest delay, from 1 to 60,000 milliseconds.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LAT-UNIFORM",)

    lower_ms: Annotated[int, Between(0, "upper_ms")] = 100
    upper_ms: Annotated[int, Between(1, LONGEST_MS)] = 300

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts with a pause before them."""
        return _after_ms(exchange.chance.randint(self.lower_ms, self.upper_ms), acts)


def _after_ms(delay_ms: int, acts: Sequence[Act]) -> Sequence[Act]:
    return bounded((Pause(delay_ms / 1000), *acts)) if delay_ms else acts
