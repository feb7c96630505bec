"""Rate faults: a bucket that empties and fills, a daily quota, a brownout that begins and ends."""

from typing import Any

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import Fault, MatchedExchange
from tests.faults.caller import Caller, exchange_on

ROUTE = "banking.transactions"


def statuses(fault: Fault, exchanges: list[MatchedExchange]) -> list[int]:
    """Return the status of each response; 0 if the API receives the request."""
    replies = [fault.response_instead(exchange) for exchange in exchanges]
    return [0 if reply is None else reply.status for reply in replies]


def at_seconds(*seconds: float, **more: Any) -> list[MatchedExchange]:
    """Return exchanges at these moments, under one rule."""
    memory: dict[str, Any] = {}
    return [exchange_on(at_s=second, memory=memory, **more) for second in seconds]


def test_a_bucket_fills_again() -> None:
    """Two calls at once are allowed, then one every half second."""
    fault = faults.RateLimit(requests=2, refill_per_s=2)

    assert statuses(fault, at_seconds(0, 0, 0, 0.4, 0.5, 0.6, 1.0, 9, 9, 9)) == [0, 0, 429, 429, 0, 429, 0, 0, 0, 429]


def test_a_client_that_waits_is_served() -> None:
    """After the seconds in the header another call is allowed."""
    fault = faults.RateLimit(requests=1, refill_per_s=0.1)
    first, refused, later = at_seconds(0, 1, 11)

    granted = fault.response_instead(first)
    refusal = fault.response_instead(refused)

    assert granted is None
    assert refusal is not None
    assert refusal.header(b"retry-after") == b"10"
    assert fault.response_instead(later) is None


def test_clients_have_separate_buckets() -> None:
    """One client's calls do not use up the other's."""
    memory: dict[str, Any] = {}
    first_client, second_client = (
        exchange_on(memory=memory, headers=((b"authorization", name),)) for name in (b"Bearer one", b"Bearer two")
    )

    assert statuses(
        faults.RateLimit(requests=1, per="client"), [first_client, first_client, second_client, second_client]
    ) == [0, 429, 0, 429]


def test_end_users_have_separate_quotas() -> None:
    """A day after its first call a quota is complete again."""
    memory: dict[str, Any] = {}
    calls = [
        exchange_on(memory=memory, at_s=second, query=f"end_user_id={name}".encode())
        for second, name in [(0, "a"), (1, "a"), (2, "a"), (3, "b"), (86_399, "a"), (86_400, "a")]
    ]

    assert statuses(faults.Quota(requests=2), calls) == [0, 0, 429, 0, 429, 0]


def test_a_quota_states_when_its_day_ends() -> None:
    """The header counts the seconds to the end of the day."""
    fault = faults.Quota(requests=1)
    first, second = at_seconds(0, 86_000)
    fault.response_instead(first)

    refusal = fault.response_instead(second)

    assert refusal is not None
    assert refusal.header(b"retry-after") == b"401"


def test_a_brownout_rises_and_ends() -> None:
    """More calls fail in the middle third than in the first and the last, and none after the end."""
    memory: dict[str, Any] = {}
    results = statuses(faults.Brownout(calls=300), [exchange_on(memory=memory) for _ in range(400)])

    failures = [sum(map(bool, results[begin : begin + 100])) for begin in (0, 100, 200, 300)]
    assert failures[0] < failures[1] > failures[2]
    assert failures[1] > 70
    assert failures[3] == 0


def test_a_client_runs_into_the_limit(caller: Caller) -> None:
    """Three calls are served, the fourth is refused with a delay, and skipped time fills the bucket."""
    with caller.fiskil.broken(ROUTE, faults.RateLimit(requests=3, refill_per_s=0.01), times=0):
        responses = [caller.get(ROUTE).status_code for _ in range(3)]
        refused = caller.get(ROUTE)
        caller.fiskil.sandbox.clock.advance(seconds=int(refused.headers["retry-after"]))
        later = caller.get(ROUTE)

    assert (responses, refused.status_code, later.status_code) == ([200, 200, 200], 429, 200)
    assert 80 <= int(refused.headers["retry-after"]) <= 100


def test_the_next_day_has_a_new_quota(caller: Caller) -> None:
    """A day of sandbox time later the same call is served."""
    with caller.fiskil.broken("banking.balances", faults.Quota(requests=1), times=0):
        today = [caller.get("banking.balances").status_code for _ in range(2)]
        caller.fiskil.sandbox.clock.advance(days=1)
        caller.renew()
        tomorrow = caller.get("banking.balances").status_code

    assert (today, tomorrow) == ([200, 429], 200)


def test_a_brownout_fails_in_the_middle(caller: Caller) -> None:
    """The middle of five calls certainly fails, and later calls succeed."""
    with caller.fiskil.broken(ROUTE, faults.Brownout(calls=5), times=0):
        responses = [caller.get(ROUTE).status_code for _ in range(7)]

    assert responses[2] == 503
    assert responses[5:] == [200, 200]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.RateLimit(requests=0), "requests"),
        (faults.RateLimit(refill_per_s=0), "refill_per_s must be from 0.001"),
        (faults.RateLimit(per="session"), "per 'session' is unknown"),  # type: ignore[arg-type]
        (faults.Quota(requests=0), "requests"),
        (faults.Brownout(calls=2), "calls"),
        (faults.Brownout(peak_percent=0), "peak_percent"),
        (faults.Brownout(status=429), "status"),
    ],
    ids=repr,
)
def test_limits_that_limit_nothing_are_refused(fault: Fault, message: str) -> None:
    """Arguments that limit nothing are refused before a socket is opened."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
