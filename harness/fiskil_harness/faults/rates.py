"""Rate faults: exhausted token buckets, daily quotas, and temporary brownouts. Each fault counts the calls that match."""

from typing import Annotated, ClassVar, Literal
from urllib.parse import parse_qs

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import Between, ErrorInstead, MatchedExchange, Reply
from fiskil_harness.faults.status import refusal

DAY_S = 86_400
MOST_CALLS = 100_000
MOST_KEYS = 10_000

Per = Literal["all", "client", "route", "end_user"]


class RateLimit(ErrorInstead, frozen=True, kw_only=True, tag="rate_limit"):
    """A token bucket holds ``requests`` calls and gains ``refill_per_s`` a second; while it is empty, the API responds 429.

    Args:
        requests: The size of the bucket in calls, from 1 to 100,000.
        refill_per_s: The calls that the bucket gains per second, from 0.001 to 100,000.
        per: The calls that share a bucket: ``all``, or all of the same ``client`` (by token), ``route`` or ``end_user``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-429",)

    requests: Annotated[int, Between(1, MOST_CALLS)] = 10
    refill_per_s: float = 1.0
    per: Per = "all"

    def check(self) -> None:
        """Raise ConfigError if an argument is out of range.

        Raises:
            ConfigError: The bucket has no size, it never fills, or ``per`` is unknown.
        """
        super().check()
        if not 0.001 <= self.refill_per_s <= MOST_CALLS:
            raise ConfigError(f"RateLimit: refill_per_s must be from 0.001 to {MOST_CALLS}, got {self.refill_per_s!r}.")

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return None while the bucket has a call left; otherwise 429 with the seconds until the next call is allowed."""
        key = key_of(exchange, self.per)
        left, since_s = exchange.memory.get(key, (float(self.requests), exchange.at_s))
        left = min(float(self.requests), left + (exchange.at_s - since_s) * self.refill_per_s)
        is_granted = left >= 1
        _remember(exchange, key, (left - is_granted, exchange.at_s))
        return None if is_granted else _too_many(exchange, (1 - left) / self.refill_per_s)


class Quota(ErrorInstead, frozen=True, kw_only=True, tag="quota"):
    """Only ``requests`` calls are allowed per day of sandbox time, from the first call on; then the API responds 429.

    Args:
        requests: The number of calls per day, from 1 to 100,000.
        per: The calls that share a quota: ``all``, or all of the same ``client`` (by token), ``route`` or ``end_user``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-429",)

    requests: Annotated[int, Between(1, MOST_CALLS)] = 4
    per: Per = "end_user"

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return None while the quota has a call left; otherwise 429 with the seconds until the day is over."""
        key = key_of(exchange, self.per)
        count, since_s = exchange.memory.get(key, (0, exchange.at_s))
        if exchange.at_s - since_s >= DAY_S:
            count, since_s = 0, exchange.at_s
        is_granted = count < self.requests
        _remember(exchange, key, (count + is_granted, since_s))
        return None if is_granted else _too_many(exchange, since_s + DAY_S - exchange.at_s)


class Brownout(ErrorInstead, frozen=True, kw_only=True, tag="brownout"):
    """During ``calls`` calls the share of failures rises to ``peak_percent`` and falls again; later calls succeed.

    Args:
        status: The status of a failure, from 500 to 599.
        calls: The length of the brownout in calls, from 3 to 100,000.
        peak_percent: The largest share of failures, from 1 to 100 percent.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-BROWNOUT",)

    status: Annotated[int, Between(500, 599)] = 503
    calls: Annotated[int, Between(3, MOST_CALLS)] = 20
    peak_percent: Annotated[int, Between(1, 100)] = 100

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return an error with a chance that grows towards the middle; at a peak of 100 the middle call certainly fails."""
        number = exchange.memory.get("calls", 0)
        exchange.memory["calls"] = number + 1
        middle = (self.calls - 1) / 2
        failure_share = max(0.0, 1 - abs(number - middle) / (middle + 1)) * self.peak_percent / 100
        failure_share = failure_share if number != self.calls // 2 else self.peak_percent / 100
        draw = 1 - (exchange.memory.setdefault("chance", exchange.chance).random())
        return refusal(exchange, self.status) if draw <= failure_share else None


def key_of(exchange: MatchedExchange, per: str) -> str:
    """Return the key of the bucket or quota that this exchange uses."""
    if per == "client":
        return next((value.decode("latin-1") for name, value in exchange.headers if name == b"authorization"), "")
    if per == "end_user":
        return parse_qs(exchange.query.decode("latin-1")).get("end_user_id", [exchange.path])[0]
    return exchange.route if per == "route" else ""


def _remember(exchange: MatchedExchange, key: str, value: object) -> None:
    if len(exchange.memory) >= MOST_KEYS and key not in exchange.memory:
        exchange.memory.clear()
    exchange.memory[key] = value


def _too_many(exchange: MatchedExchange, wait_s: float) -> Reply:
    reply = refusal(exchange, 429)
    # Round up: after the stated delay a call must be granted.
    wait_headers = exchange.waits(int(wait_s) + 1)
    return Reply(status=reply.status, headers=(*reply.headers, *wait_headers), body=reply.body)
