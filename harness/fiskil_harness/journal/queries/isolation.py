"""The time for which the messages about one end user waited while the API failed for other end users.

A circuit breaker may stop all calls after failures, and then all end users wait, which is lawful. So a wait counts only
while no breaker can be open: the app calls each of the failing endpoints again and again.
"""

from collections.abc import Collection
from itertools import pairwise

from fiskil_harness.journal import Delivery, Exchange, IsolationRound, Journal, Limits
from fiskil_harness.journal.queries.api_calls import acknowledged_events, calls, dataset_of, dataset_read, kind_of
from fiskil_harness.journal.queries.overdue import AFTER_DISTURBANCE
from fiskil_harness.journal.queries.pauses import paused_s

LONGEST_GAP_S = 2.0
"""A circuit breaker may be open in a longer time without a call to its endpoint, in real seconds."""
LEAST_FAILURES = 3
"""The number of calls that must fail for the other end users during a wait."""


def longest_wait_s(journal: Journal) -> float:
    """Return the time in which the app must begin to process a message beside failing ones, in real seconds."""
    return AFTER_DISTURBANCE * next((limits.fresh_s for limits in journal.all(Limits)), 5.0)


def awaited(journal: Journal, watched: IsolationRound) -> Delivery | None:
    """Return the first acknowledged delivery of the round that the app uses: of a sync event, or else of another event."""
    deliveries = [
        delivery
        for delivery, event in acknowledged_events(journal)
        if delivery.participant == watched.participant and delivery.at_s >= watched.began_s and event.is_subscribed
    ]
    return next((delivery for delivery in deliveries if dataset_of(kind_of(delivery))), next(iter(deliveries), None))


def first_call_s(journal: Journal, watched: IsolationRound, delivery: Delivery) -> float | None:
    """Return the time of the first call of the round by which the app may process *delivery*; None if there is none.

    For a sync event, the call must read data.
    """
    is_sync = bool(dataset_of(kind_of(delivery)))
    times_s = (
        call.at_s
        for call in calls(journal)
        if call.end_user_id == watched.end_user_id
        and delivery.at_s <= call.at_s <= watched.at_s
        and (dataset_read(call) or not is_sync)
    )
    return min(times_s, default=None)


def failures(journal: Journal, failing_ids: Collection[str]) -> list[Exchange]:
    """Return the calls that failed for the end users *failing_ids* because of the fault."""
    return [call for call in calls(journal) if call.end_user_id in failing_ids and call.bites]


def blocked_s(journal: Journal, watched: IsolationRound, *, since_s: float) -> float:
    """Return for how much of the round since *since_s* a message waited although no circuit breaker can have been open.

    It is 0 if too few calls failed meanwhile. Calls for other end users count only if the app is a single process: another
    process has its own breaker.
    """
    failed = failures(journal, watched.failing_ids)
    if sum(since_s <= call.at_s <= watched.at_s for call in failed) < LEAST_FAILURES:
        return 0.0
    sent = [
        call
        for call in calls(journal)
        if since_s <= call.at_s <= watched.at_s and (watched.processes == 1 or call.end_user_id in watched.failing_ids)
    ]
    times_s = []
    for route in {call.route for call in failed}:
        moments = [since_s, *sorted(call.at_s for call in sent if call.route == route), watched.at_s]
        gaps = [(begin, end) for begin, end in pairwise(moments) if end - begin <= LONGEST_GAP_S]
        times_s.append(sum(end - begin - paused_s(journal, begin, end) for begin, end in gaps))
    return min(times_s)
