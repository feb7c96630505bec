"""Delivers the events of a sandbox according to the retry schedule: one dispatcher for scenarios, tests and ``serve``."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from fiskil_harness.core.config.webhook_format import Dialect
from fiskil_harness.core.model import Event, Message
from fiskil_harness.errors import StepError
from fiskil_harness.journal import SOURCE_ADDRESSES, Delivery, DeliveryKind
from fiskil_harness.sandbox import Sandbox
from fiskil_harness.webhooks.message import seal
from fiskil_harness.webhooks.retry_schedule import Outbox, Parcel
from fiskil_harness.webhooks.sender import Outgoing


class Dispatcher:
    """Collects the events of a sandbox in the order in which they happened, and delivers them.

    ``outbox`` contains the collected events. The caller decides how a request is sent and recorded.
    """

    def __init__(
        self, sandbox: Sandbox, dialect: Callable[[], Dialect], *, take: Callable[[Sequence[Event]], None] | None = None
    ) -> None:
        """Start with an empty outbox.

        Args:
            dialect: Returns the signature scheme and payload format.
            take: Called with the new events of each collection, even if there are none; adds them to the outbox. Default:
                their symbols are ``e0``, ``e1`` ...
        """
        self._sandbox = sandbox
        self._dialect = dialect
        self._take = take or self._add_numbered
        self._collected = 0
        self._collecting = threading.Lock()
        self.outbox = Outbox(sandbox.store.interpretation, dialect)

    def collect(self) -> None:
        """Add each event that happened since the last collection to the outbox."""
        with self._collecting:
            events = self._sandbox.events
            self._take(events[self._collected :])
            self._collected = len(events)

    def due(self) -> list[Parcel]:
        """Collect events, and return those that are due, sorted by publish time."""
        self.collect()
        return self.outbox.due(self._sandbox.clock.now())

    def deliver_due(self, send: Callable[[Sequence[Parcel]], bool], *, attempts: int = 1) -> bool:
        """Deliver everything that is due; return False if *send* stopped the loop.

        A round is the set of events that are due at the same sandbox time. New events are collected before each round.

        Args:
            send: Makes one attempt for each event of a round, sorted by publish time. Returns false to stop the loop.
            attempts: The most attempts for each event. If it is above 1, the clock is advanced to the time of each retry.

        Source: webhooks.retry-schedule
        """
        attempts_made: Counter[str] = Counter()
        while True:
            due = [parcel for parcel in self.due() if attempts_made[parcel.symbol] < attempts]
            attempts_made.update(parcel.symbol for parcel in due)
            if not send(due):
                return False
            used_up = [symbol for symbol in attempts_made if attempts_made[symbol] >= attempts]
            next_due_at = self.outbox.next_due_at(but=used_up)
            if not (due and self.outbox.is_in_turn) and (attempts == 1 or next_due_at is None):
                return True
            if attempts > 1 and next_due_at is not None:
                self._sandbox.clock.advance_to(next_due_at)

    def attempt(
        self, parcel: Parcel, send: Callable[[Outgoing], Delivery], *, kind: DeliveryKind = "genuine", name: str = ""
    ) -> Delivery:
        """Make the next attempt for the event in *parcel* by *send*, and schedule a retry unless it is acknowledged.

        Args:
            name: Name of the variant in the journal.
        """
        parcel.next_attempt()
        delivery = send(self.outgoing(parcel, kind=kind, name=name))
        self.settle(parcel, delivery)
        return delivery

    def settle(self, parcel: Parcel, *deliveries: Delivery) -> None:
        """Schedule a retry for the event in *parcel* unless one of *deliveries* was acknowledged."""
        is_acknowledged = any(delivery.is_acknowledged for delivery in deliveries)
        parcel.settle(is_acknowledged=is_acknowledged, now=self._sandbox.clock.now())

    def seal(self, event: Event) -> Message:
        """Return the signed message of the first attempt to deliver *event*, which need not be in the outbox."""
        return seal(event, attempt=1, secret=self._sandbox.credentials.webhook_secret, dialect=self._dialect())

    def message(self, parcel: Parcel, *, attempt: int = 0) -> Message:
        """Return the signed message of one attempt to deliver the event in *parcel*.

        Args:
            attempt: The number of the attempt; 0 means the latest.

        Raises:
            StepError: The event was never delivered.
        """
        number = attempt or parcel.attempts
        if number < 1:
            raise StepError(f"{parcel.symbol} was never delivered, so it cannot be replayed.")
        secret = self._sandbox.credentials.webhook_secret
        return seal(parcel.event, attempt=number, secret=secret, dialect=parcel.dialect, sent_at=parcel.made_at(number))

    def outgoing(self, parcel: Parcel, *, kind: DeliveryKind = "genuine", name: str = "", attempt: int = 0) -> Outgoing:
        """Return the request of one attempt, with its journal entry.

        Args:
            name: Name of the variant in the journal.
            attempt: The number of the attempt; 0 means the latest.

        Raises:
            StepError: The event was never delivered.

        Source: webhooks.source-ip
        """
        is_single = parcel.interpretation("webhooks.source-ip") == "one-address"
        addresses = SOURCE_ADDRESSES[:1] if is_single else SOURCE_ADDRESSES
        return Outgoing.of(
            self.message(parcel, attempt=attempt),
            event=parcel.symbol,
            participant=parcel.participant,
            kind=kind,
            name=name,
            source_ip=addresses[parcel.event.event_id % len(addresses)],
        )

    def _add_numbered(self, events: Sequence[Event]) -> None:
        for number, event in enumerate(events, self._collected):
            self.outbox.add(f"e{number}", event)
