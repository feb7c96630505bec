"""Figures of a run: latencies by phase, rates, back-pressure and errors, all from the merged ledger."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from fiskil_harness.soak.ledger import Attempt, MergedLedger, Request

BUCKETS = 120
"""The most points of a plot over time."""
ON_PURPOSE = "the response was not read, on purpose"


class Latencies(Struct, frozen=True, kw_only=True):
    """Latencies of one kind of request in one phase, from the intended time to the response, in seconds."""

    phase: str
    name: str
    count: int
    p50_s: float
    p99_s: float
    p999_s: float
    longest_s: float
    put_off: int
    errors: int


class Point(Struct, frozen=True, kw_only=True):
    """One stretch of time, from *at_s* since the start of the load: rates a second, and the 99th percentile in seconds."""

    at_s: float
    sent: float
    acknowledged: float
    put_off: float
    errors: float
    p50_s: float
    p99_s: float


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value of a sorted list that *share* of its values do not exceed; 0 for an empty list."""
    if not ordered:
        return 0.0
    # The product may exceed a whole number by its rounding.
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


def is_error(attempt: Attempt) -> bool:
    """Return true for a genuine attempt that failed in a way that is neither lawful back-pressure nor our own doing."""
    reply = attempt.reply
    if reply is None or attempt.is_acknowledged or attempt.is_put_off:
        return False
    return reply.problem != ON_PURPOSE


def delivery_latencies(ledger: MergedLedger) -> list[Latencies]:
    """Return the latencies of genuine deliveries by phase, in the order of the phases."""
    groups: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in ledger.attempts:
        if attempt.sent.origin == "genuine":
            groups[attempt.sent.phase].append(attempt)
    return [
        _latencies(
            phase,
            "acknowledgement",
            [attempt.reply.latency_s for attempt in attempts if attempt.reply and attempt.is_acknowledged],
            put_off=sum(attempt.is_put_off for attempt in attempts),
            errors=sum(map(is_error, attempts)),
        )
        for phase, attempts in groups.items()
    ]


def request_latencies(ledger: MergedLedger) -> list[Latencies]:
    """Return the latencies of pages and hooks by name."""
    groups: dict[str, list[Request]] = defaultdict(list)
    for request in ledger.requests:
        groups[request.name].append(request)
    return [
        _latencies(
            "all",
            name,
            [request.latency_s for request in requests if 200 <= request.status < 400],
            put_off=sum(request.is_put_off for request in requests),
            errors=sum(request.is_error for request in requests),
        )
        for name, requests in sorted(groups.items())
    ]


def over_time(ledger: MergedLedger, *, duration_s: float) -> list[Point]:
    """Return the course of the run in at most ``BUCKETS`` stretches of at least one second."""
    step_s = max(1.0, duration_s / BUCKETS)
    stretches: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in ledger.attempts:
        at_s = attempt.sent.intended_at - ledger.began_at
        if attempt.sent.origin == "genuine" and at_s >= 0:
            stretches[int(at_s / step_s)].append(attempt)
    return [_point(number * step_s, stretches[number], step_s) for number in sorted(stretches)]


def _point(at_s: float, attempts: Iterable[Attempt], step_s: float) -> Point:
    listed = list(attempts)
    latencies_s = sorted(attempt.reply.latency_s for attempt in listed if attempt.reply and attempt.is_acknowledged)
    return Point(
        at_s=at_s,
        sent=len(listed) / step_s,
        acknowledged=len(latencies_s) / step_s,
        put_off=sum(attempt.is_put_off for attempt in listed) / step_s,
        errors=sum(map(is_error, listed)) / step_s,
        p50_s=percentile(latencies_s, 0.5),
        p99_s=percentile(latencies_s, 0.99),
    )


def _latencies(phase: str, name: str, latencies_s: Iterable[float], *, put_off: int, errors: int) -> Latencies:
    ordered = sorted(latencies_s)
    return Latencies(
        phase=phase,
        name=name,
        count=len(ordered),
        p50_s=percentile(ordered, 0.5),
        p99_s=percentile(ordered, 0.99),
        p999_s=percentile(ordered, 0.999),
        longest_s=ordered[-1] if ordered else 0.0,
        put_off=put_off,
        errors=errors,
    )
