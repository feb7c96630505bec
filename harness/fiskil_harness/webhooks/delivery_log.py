"""The delivery log: every attempt as one flat value, for the control API of ``serve``, for its terminal and for tests.

It carries no body, no signature and no answer, because these may hold secrets.
"""

from datetime import datetime

from msgspec import Struct

from fiskil_harness.core.clock import rfc3339
from fiskil_harness.journal import Delivery, EventCreated, Journal


class Record(Struct, frozen=True, kw_only=True):
    """One attempt. ``offset_s`` counts real seconds from the start; ``at`` and ``next_attempt_at`` are sandbox time.

    ``how`` is scheduled or by hand. ``status`` is None where no answer came, and then ``trouble`` says why. The bytes are
    those of the bodies. ``next_attempt_at`` is None where no attempt follows, and ``is_discarded`` where that is for good.
    """

    offset_s: float
    event: str
    message_id: str
    attempt: int
    status: int | None
    outcome: str
    trouble: str
    latency_ms: float
    bytes_sent: int
    bytes_received: int
    how: str = "scheduled"
    at: str = ""
    next_attempt_at: str | None = None
    is_discarded: bool = False


def record_of(
    made: Delivery,
    kind: str,
    *,
    offset_s: float,
    how: str = "scheduled",
    at: datetime | None = None,
    due_at: datetime | None = None,
    is_discarded: bool = False,
) -> Record:
    """What the log says about one attempt for an event of *kind*."""
    return Record(
        offset_s=round(offset_s, 3),
        event=kind,
        message_id=made.message_id,
        attempt=made.attempt,
        status=made.status,
        outcome=made.outcome,
        trouble=made.trouble,
        latency_ms=round(made.took_s * 1000, 3),
        bytes_sent=len(made.body),
        bytes_received=len(made.response_body),
        how=how,
        at=rfc3339(at) if at else "",
        next_attempt_at=rfc3339(due_at) if due_at else None,
        is_discarded=is_discarded,
    )


def records(journal: Journal) -> list[Record]:
    """The delivery log of a scenario or a test: what was sent as Fiskil sends it, in order."""
    kinds = {event.message_id: event.kind for event in journal.all(EventCreated)}
    made = [delivery for delivery in journal.all(Delivery) if delivery.kind in {"genuine", "replay"}]
    return [
        record_of(delivery, kinds.get(delivery.message_id, delivery.event), offset_s=delivery.at_s, how=_how(delivery))
        for delivery in made
    ]


def line(record: Record) -> str:
    """One attempt for a terminal."""
    came = record.trouble if record.status is None else str(record.status)
    by_hand = ", by hand" if record.how == "by hand" else ""
    then = f"; next at {record.next_attempt_at}" if record.next_attempt_at else ""
    if record.is_discarded:
        then = "; discarded"
    return (
        f"{record.offset_s:9.3f} s  {record.event}  {record.message_id}  attempt {record.attempt}{by_hand}: "
        f"{came} in {record.latency_ms:.0f} ms{then}"
    )


def _how(made: Delivery) -> str:
    return "replayed" if made.kind == "replay" else "scheduled"
