"""The delivery log: a flat record of every delivery attempt, for the control API and terminal of ``serve`` and for tests.

The log contains no body, signature or response, because these may contain secrets.
"""

from datetime import datetime

from msgspec import Struct

from fiskil_harness.core.clock import rfc3339
from fiskil_harness.journal import Delivery, EventCreated, Journal


class Record(Struct, frozen=True, kw_only=True):
    """One delivery attempt.

    ``offset_s`` counts real seconds from the start; ``at`` and ``next_attempt_at`` are sandbox time. ``how`` is scheduled,
    replayed or by hand. ``status`` is None if there was no response; ``problem`` then states why. ``bytes_sent`` and
    ``bytes_received`` count the bytes of the bodies. ``next_attempt_at`` is None if no further attempt is scheduled;
    ``is_discarded`` is true if no further attempt can follow.
    """

    offset_s: float
    event: str
    message_id: str
    attempt: int
    status: int | None
    outcome: str
    problem: str
    latency_ms: float
    bytes_sent: int
    bytes_received: int
    how: str = "scheduled"
    at: str = ""
    next_attempt_at: str | None = None
    is_discarded: bool = False


def record_of(
    delivery: Delivery,
    kind: str,
    *,
    offset_s: float,
    how: str = "scheduled",
    at: datetime | None = None,
    due_at: datetime | None = None,
    is_discarded: bool = False,
) -> Record:
    """Return the log record of one attempt for an event of *kind*.

    Args:
        delivery: The attempt.
        offset_s: The time of the attempt, in real seconds from the start.
        how: The cause of the attempt: scheduled, replayed or by hand.
        at: The sandbox time of the attempt.
        due_at: The sandbox time of the next attempt, or None if no further attempt is scheduled.
        is_discarded: True if no further attempt can follow.
    """
    return Record(
        offset_s=round(offset_s, 3),
        event=kind,
        message_id=delivery.message_id,
        attempt=delivery.attempt,
        status=delivery.status,
        outcome=delivery.outcome,
        problem=delivery.problem,
        latency_ms=round(delivery.took_s * 1000, 3),
        bytes_sent=len(delivery.body),
        bytes_received=len(delivery.response_body),
        how=how,
        at=rfc3339(at) if at else "",
        next_attempt_at=rfc3339(due_at) if due_at else None,
        is_discarded=is_discarded,
    )


def records(journal: Journal) -> list[Record]:
    """Return the delivery log of a scenario or test: every genuine or replayed delivery, in order."""
    kinds = {event.message_id: event.kind for event in journal.all(EventCreated)}
    deliveries = [delivery for delivery in journal.all(Delivery) if delivery.is_authentic]
    return [
        record_of(delivery, kinds.get(delivery.message_id, delivery.event), offset_s=delivery.at_s, how=_cause(delivery))
        for delivery in deliveries
    ]


def line(record: Record) -> str:
    """Return one attempt as a line for a terminal."""
    result = record.problem if record.status is None else str(record.status)
    by_hand = ", by hand" if record.how == "by hand" else ""
    next_step = f"; next at {record.next_attempt_at}" if record.next_attempt_at else ""
    if record.is_discarded:
        next_step = "; discarded"
    return (
        f"{record.offset_s:9.3f} s  {record.event}  {record.message_id}  attempt {record.attempt}{by_hand}: "
        f"{result} in {record.latency_ms:.0f} ms{next_step}"
    )


def _cause(delivery: Delivery) -> str:
    return "replayed" if delivery.is_replay else "scheduled"
