"""Faults of the rate: buckets that run dry, quotas of a day, brownouts that come and go. Each remembers its calls."""

from typing import ClassVar, Literal, get_args
from urllib.parse import parse_qs

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply, refuse_outside, refuse_unknown
from fiskil_harness.faults.status import refusal

DAY_S = 86_400
MOST_CALLS = 100_000
MOST_KEYS = 10_000

Per = Literal["all", "client", "route", "end_user"]


class RateLimit(PlainFault, frozen=True, kw_only=True, tag="rate_limit"):
    """A token bucket holds ``requests`` calls and gains ``refill_per_s`` in a second; who finds it empty is answered 429.

    ``per`` says who shares a bucket: everybody, one client (by the token's header), one route, or one end user.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-429",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    requests: int = 10
    refill_per_s: float = 1.0
    per: Per = "all"

    def check(self) -> None:
        """Refuse buckets that hold nothing, those that never fill, and keys that there are not."""
        refuse_outside(self, "requests", 1, MOST_CALLS)
        if not 0.001 <= self.refill_per_s <= MOST_CALLS:
            raise ConfigError(f"RateLimit: refill_per_s must be from 0.001 to {MOST_CALLS}, got {self.refill_per_s!r}.")
        refuse_unknown(self, "per", get_args(Per))

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Nothing while there is a call left; then 429 and the whole seconds until there is one."""
        key = key_of(exchange, self.per)
        left, since_s = exchange.memory.get(key, (float(self.requests), exchange.at_s))
        left = min(float(self.requests), left + (exchange.at_s - since_s) * self.refill_per_s)
        is_granted = left >= 1
        _remember(exchange, key, (left - is_granted, exchange.at_s))
        return None if is_granted else _too_many(exchange, (1 - left) / self.refill_per_s)


class Quota(PlainFault, frozen=True, kw_only=True, tag="quota"):
    """So many ``requests`` a day of sandbox time, counted from the first; then 429 until the day is over.

    ``per`` says who shares a quota, as in ``rate_limit``.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-429",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    requests: int = 4
    per: Per = "end_user"

    def check(self) -> None:
        """Refuse quotas of nothing, and keys that there are not."""
        refuse_outside(self, "requests", 1, MOST_CALLS)
        refuse_unknown(self, "per", get_args(Per))

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Nothing while there is a call left; then 429 and the seconds until tomorrow."""
        key = key_of(exchange, self.per)
        count, since_s = exchange.memory.get(key, (0, exchange.at_s))
        if exchange.at_s - since_s >= DAY_S:
            count, since_s = 0, exchange.at_s
        is_granted = count < self.requests
        _remember(exchange, key, (count + is_granted, since_s))
        return None if is_granted else _too_many(exchange, since_s + DAY_S - exchange.at_s)


class Brownout(PlainFault, frozen=True, kw_only=True, tag="brownout"):
    """Of ``calls`` calls more and more fail, up to ``peak_percent`` in the middle, then fewer and fewer; then none."""

    ids: ClassVar[tuple[str, ...]] = ("R-BROWNOUT",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    status: int = 503
    calls: int = 20
    peak_percent: int = 100

    def check(self) -> None:
        """Refuse brownouts that darken nothing."""
        refuse_outside(self, "status", 500, 599)
        refuse_outside(self, "calls", 3, MOST_CALLS)
        refuse_outside(self, "peak_percent", 1, 100)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """An error as likely as the call is near the middle. The middle one of an all-dark brownout surely fails."""
        number = exchange.memory.get("calls", 0)
        exchange.memory["calls"] = number + 1
        middle = (self.calls - 1) / 2
        dark = max(0.0, 1 - abs(number - middle) / (middle + 1)) * self.peak_percent / 100
        dark = dark if number != self.calls // 2 else self.peak_percent / 100
        drawn = 1 - (exchange.memory.setdefault("chance", exchange.chance).random())
        return refusal(exchange, self.status) if drawn <= dark else None


def key_of(exchange: MatchedExchange, per: str) -> str:
    """Who shares with the client of this exchange."""
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
    told = refusal(exchange, 429)
    # Whole seconds, and never too few: who obeys finds a call.
    waits = exchange.waits(int(wait_s) + 1)
    return Reply(status=told.status, headers=(*told.headers, *waits), body=told.body)


FAULTS: tuple[type[PlainFault], ...] = (RateLimit, Quota, Brownout)
