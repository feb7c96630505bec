"""Delivers due messages along the retry schedule: one loop for scenarios, tests and ``serve``.

A round is everything that is due at one moment of sandbox time. The caller decides how the parcels of a round are sent.
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
        send: Makes the attempts of one round, given in the order of publish times. Returns false to stop the loop.
        collect: Puts new events into the outbox.
        attempts: The most attempts for each event. Above 1, the clock advances along the schedule.

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
    """Return the message of an attempt for *parcel*.

    Args:
        attempt: The number of the attempt; 0 means the latest.

    Raises:
        StepError: There was no attempt yet.
    """
    number = attempt or parcel.attempts
    if number < 1:
        raise StepError(f"{parcel.symbol} was never delivered, so it cannot be replayed.")
    return seal(parcel.event, attempt=number, secret=secret, dialect=parcel.dialect, sent_at=parcel.made_at(number))


def outgoing(
    parcel: Parcel, *, secret: str, participant: str = "", kind: DeliveryKind = "genuine", attempt: int = 0
) -> Outgoing:
    """Return the message of an attempt as a regular request with its journal entry; arguments as in ``sealed``.

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
