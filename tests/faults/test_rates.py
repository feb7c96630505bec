"""Faults of the rate: a bucket that runs dry and fills, a quota of a day, a brownout that comes and goes."""

from typing import Any

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import MatchedExchange, PlainFault
from tests.faults.caller import Caller, asked_for

ROUTE = "banking.transactions"


def statuses(fault: PlainFault, exchanges: list[MatchedExchange]) -> list[int]:
    """What is answered to each; 0 where the API is asked."""
    replies = [fault.response_instead(exchange) for exchange in exchanges]
    return [0 if reply is None else reply.status for reply in replies]


def at_seconds(*seconds: float, **more: Any) -> list[MatchedExchange]:
    """Exchanges at these moments, under one rule."""
    memory: dict[str, Any] = {}
    return [asked_for(at_s=second, memory=memory, **more) for second in seconds]


def test_a_bucket_fills_again() -> None:
    """Two calls at once are granted, then one each half second."""
    fault = faults.RateLimit(requests=2, refill_per_s=2)

    assert statuses(fault, at_seconds(0, 0, 0, 0.4, 0.5, 0.6, 1.0, 9, 9, 9)) == [0, 0, 429, 429, 0, 429, 0, 0, 0, 429]


def test_who_waits_as_told_is_served() -> None:
    """The header's seconds are enough for another call."""
    fault = faults.RateLimit(requests=1, refill_per_s=0.1)
    first, refused, later = at_seconds(0, 1, 11)

    granted = fault.response_instead(first)
    told = fault.response_instead(refused)

    assert granted is None
    assert told is not None
    assert told.header(b"retry-after") == b"10"
    assert fault.response_instead(later) is None


def test_clients_have_buckets_of_their_own() -> None:
    """What one of them used up, the other still has."""
    memory: dict[str, Any] = {}
    one, other = (asked_for(memory=memory, headers=((b"authorization", name),)) for name in (b"Bearer one", b"Bearer two"))

    assert statuses(faults.RateLimit(requests=1, per="client"), [one, one, other, other]) == [0, 429, 0, 429]


def test_end_users_have_quotas_of_their_own() -> None:
    """A day after its first call a quota is whole again."""
    memory: dict[str, Any] = {}
    calls = [
        asked_for(memory=memory, at_s=second, query=f"end_user_id={name}".encode())
        for second, name in [(0, "a"), (1, "a"), (2, "a"), (3, "b"), (86_399, "a"), (86_400, "a")]
    ]

    assert statuses(faults.Quota(requests=2), calls) == [0, 0, 429, 0, 429, 0]


def test_a_quota_tells_how_long_its_day_lasts() -> None:
    """The header counts to the end of the day."""
    fault = faults.Quota(requests=1)
    first, second = at_seconds(0, 86_000)
    fault.response_instead(first)

    told = fault.response_instead(second)

    assert told is not None
    assert told.header(b"retry-after") == b"401"


def test_a_brownout_rises_and_heals() -> None:
    """More calls fail in the middle third than in the first and the last, and none after the end."""
    memory: dict[str, Any] = {}
    answered = statuses(faults.Brownout(calls=300), [asked_for(memory=memory) for _ in range(400)])

    dark = [sum(map(bool, answered[begin : begin + 100])) for begin in (0, 100, 200, 300)]
    assert dark[0] < dark[1] > dark[2]
    assert dark[1] > 70
    assert dark[3] == 0


def test_a_client_runs_into_the_limit(caller: Caller) -> None:
    """Three calls are served, the fourth is refused with a wait, and time that is skipped fills the bucket."""
    with caller.fiskil.broken(ROUTE, faults.RateLimit(requests=3, refill_per_s=0.01), times=0):
        answers = [caller.get(ROUTE).status_code for _ in range(3)]
        refused = caller.get(ROUTE)
        caller.fiskil.sandbox.clock.advance(seconds=int(refused.headers["retry-after"]))
        later = caller.get(ROUTE)

    assert (answers, refused.status_code, later.status_code) == ([200, 200, 200], 429, 200)
    assert 80 <= int(refused.headers["retry-after"]) <= 100


def test_tomorrow_there_is_a_new_quota(caller: Caller) -> None:
    """A day of sandbox time later the same call is served."""
    with caller.fiskil.broken("banking.balances", faults.Quota(requests=1), times=0):
        today = [caller.get("banking.balances").status_code for _ in range(2)]
        caller.fiskil.sandbox.clock.advance(days=1)
        caller.renew()
        tomorrow = caller.get("banking.balances").status_code

    assert (today, tomorrow) == ([200, 429], 200)


def test_a_brownout_is_felt(caller: Caller) -> None:
    """The middle of five calls surely fails, and afterwards all is well."""
    with caller.fiskil.broken(ROUTE, faults.Brownout(calls=5), times=0):
        answers = [caller.get(ROUTE).status_code for _ in range(7)]

    assert answers[2] == 503
    assert answers[5:] == [200, 200]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.RateLimit(requests=0), "requests"),
        (faults.RateLimit(refill_per_s=0), "refill_per_s must be from 0.001"),
        (faults.RateLimit(per="session"), "no per 'session'"),  # type: ignore[arg-type]
        (faults.Quota(requests=0), "requests"),
        (faults.Brownout(calls=2), "calls"),
        (faults.Brownout(peak_percent=0), "peak_percent"),
        (faults.Brownout(status=429), "status"),
    ],
    ids=repr,
)
def test_limits_that_limit_nothing_are_refused(fault: PlainFault, words: str) -> None:
    """Before a socket opens."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
