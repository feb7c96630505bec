"""Delivers due messages according to the retry schedule: one loop for scenarios, tests and ``serve``.

A round is the set of events that are due at the same sandbox time. The caller decides how to send the events of a round.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from fiskil_harness.core.clock import Clock
from fiskil_harness.core.model import Message
from fiskil_harness.errors import StepError
from fiskil_harness.journal import SOURCE_ADDRESSES, Delivery, DeliveryKind
from fiskil_harness.webhooks.message import seal
from fiskil_harness.webhooks.retry_schedule import Outbox, Parcel
from fiskil_harness.webhooks.sender import Outgoing


def deliver_due(
    outbox: Outbox,
    clock: Clock,
    send: Callable[[Sequence[Parcel]], bool],
    *,
    collect: Callable[[], None],
    attempts: int = 1,
) -> bool:
    """Deliver everything that is due; return False if *send* stopped the loop.

    Args:
        send: Makes one attempt for each event of a round, sorted by publish time. Returns false to stop the loop.
        collect: Adds new events to the outbox; it is called before each round.
        attempts: The most attempts for each event. If it is above 1, the clock is advanced to the time of each retry.

    Source: webhooks.retry-schedule
    """
    attempts_made: Counter[str] = Counter()
    while True:
        collect()
        due = [parcel for parcel in outbox.due(clock.now()) if attempts_made[parcel.symbol] < attempts]
        attempts_made.update(parcel.symbol for parcel in due)
        if not send(due):
            return False
        next_due_at = outbox.next_due_at(but=[symbol for symbol in attempts_made if attempts_made[symbol] >= attempts])
        if not (due and outbox.is_in_turn) and (attempts == 1 or next_due_at is None):
            return True
        if attempts > 1 and next_due_at is not None:
            clock.advance_to(next_due_at)


def sealed(parcel: Parcel, *, secret: str, attempt: int = 0) -> Message:
    """Return the signed message of one attempt to deliver the event in *parcel*.

    Args:
        attempt: The number of the attempt; 0 means the latest.

    Raises:
        StepError: The event was never delivered.
    """
    number = attempt or parcel.attempts
    if number < 1:
        raise StepError(f"{parcel.symbol} was never delivered, so it cannot be replayed.")
    return seal(parcel.event, attempt=number, secret=secret, dialect=parcel.dialect, sent_at=parcel.made_at(number))


def outgoing(
    parcel: Parcel, *, secret: str, participant: str = "", kind: DeliveryKind = "genuine", attempt: int = 0
) -> Outgoing:
    """Return the request of one delivery attempt, with its journal entry. The arguments are as in ``sealed``.

    Source: webhooks.source-ip
    """
    message = sealed(parcel, secret=secret, attempt=attempt)
    note = Delivery(
        event=parcel.symbol,
        participant=participant,
        message_id=message.message_id,
        attempt=message.attempt,
        kind=kind,
        body=message.body,
        source_ip=_source_ip(parcel),
    )
    return Outgoing(delivery=note, headers=message.headers)


def _source_ip(parcel: Parcel) -> str:
    is_single = parcel.interpretation("webhooks.source-ip") == "one-address"
    return SOURCE_ADDRESSES[0] if is_single else SOURCE_ADDRESSES[parcel.event.event_id % len(SOURCE_ADDRESSES)]
