"""Handing over what is due: one loop along the retry schedule for scenarios, tests and ``serve``.

A round is everything that is due at one moment of sandbox time; whoever asks for one says how its parcels are sent.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from fiskil_harness.core.clock import Clock
from fiskil_harness.core.model import Message
from fiskil_harness.errors import StepError
from fiskil_harness.journal import HOMES, Delivery, DeliveryKind
from fiskil_harness.webhooks.message import seal
from fiskil_harness.webhooks.retry_schedule import Outbox, Parcel
from fiskil_harness.webhooks.sender import Outgoing


def hand_over(
    outbox: Outbox,
    clock: Clock,
    send: Callable[[Sequence[Parcel]], bool],
    *,
    collect: Callable[[], None],
    attempts: int = 1,
) -> bool:
    """Hand over everything due, at most *attempts* times each; above 1 the clock moves along the schedule.

    Whether everything was handed over: *send* makes the attempts of one round, by publish time, and says whether to go on.
    *collect* puts what happened meanwhile into the outbox. Source: webhooks.retry-schedule
    """
    made: Counter[str] = Counter()
    while True:
        collect()
        due = [parcel for parcel in outbox.due(clock.now()) if made[parcel.symbol] < attempts]
        made.update(parcel.symbol for parcel in due)
        if not send(due):
            return False
        next_due_at = outbox.next_due_at(but=[name for name in made if made[name] >= attempts])
        if not (due and outbox.is_in_turn) and (attempts == 1 or next_due_at is None):
            return True
        if attempts > 1 and next_due_at is not None:
            clock.advance_to(next_due_at)


def sealed(parcel: Parcel, *, secret: str, attempt: int = 0) -> Message:
    """The message of the latest attempt for *parcel*, or of the one with that number.

    Raises:
        StepError: There was none.
    """
    number = attempt or parcel.attempts
    if number < 1:
        raise StepError(f"{parcel.symbol} was never delivered, so it cannot be replayed.")
    return seal(parcel.event, attempt=number, secret=secret, dialect=parcel.dialect, sent_at=parcel.made_at(number))


def outgoing(
    parcel: Parcel, *, secret: str, participant: str = "", kind: DeliveryKind = "genuine", attempt: int = 0
) -> Outgoing:
    """That message as an ordinary request, and what to write down about it. Source: webhooks.source-ip"""
    message = sealed(parcel, secret=secret, attempt=attempt)
    note = Delivery(
        event=parcel.symbol,
        participant=participant,
        message_id=message.message_id,
        attempt=message.attempt,
        kind=kind,
        body=message.body,
        source_ip=_home(parcel),
    )
    return Outgoing(note=note, headers=message.headers)


def _home(parcel: Parcel) -> str:
    is_single = parcel.reading("webhooks.source-ip") == "one-address"
    return HOMES[0] if is_single else HOMES[parcel.event.event_id % len(HOMES)]
