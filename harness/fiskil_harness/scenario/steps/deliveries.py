"""Steps that deliver events: on schedule, repeatedly, concurrently, out of order, late, or never."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec

from fiskil_harness.core.clock import real_now
from fiskil_harness.core.model import Message
from fiskil_harness.journal import SOURCE_ADDRESSES, Delivery, DeliveryKind
from fiskil_harness.scenario.steps.step import EventStep, Step, refuse_outside
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS, Parcel
from fiskil_harness.webhooks.sender import TOO_MANY, Outgoing

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

OLDEST_MINUTES = 55
MOST_HANGS = 2
"""After this many requests without a response the rest of a list is left out, because each takes the whole limit."""
MOST_COPIES = 500

DeliveryOrder = Literal["publish_time", "newest_first", "twice", "together"]


class Deliver(Step, frozen=True, kw_only=True, tag="deliver"):
    """Every event that is due is delivered, in the order of publish times.

    Args:
        attempts: Number of attempts for an unacknowledged event. Above 1, sandbox time moves along the retry schedule.
        order: "newest_first" delivers the latest event first, "twice" each event two times in a row, and "together" all
            events at the same moment.
    """

    attempts: int = 1
    order: DeliveryOrder = "publish_time"

    def check(self) -> None:
        """Validate *attempts*.

        Raises:
            ConfigError: *attempts* is below 1.
        """
        refuse_outside(self, "attempts", 1)

    def perform(self, stage: "Stage") -> None:
        """Deliver every due event, each at most *attempts* times."""

        def deliver(due: Sequence[Parcel]) -> bool:
            if self.order == "together":
                _send_together(stage, due)
                return True
            in_order = reversed(due) if self.order == "newest_first" else due
            copies = 2 if self.order == "twice" else 1
            return until_it_hangs(stage, (partial(attempt, stage, parcel) for parcel in in_order for _ in range(copies)))

        stage.dispatcher.deliver_due(deliver, attempts=self.attempts)


class DeliverOne(EventStep, frozen=True, tag="deliver_one"):
    """One event is delivered, due or not.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    def perform(self, stage: "Stage") -> None:
        """Make the next attempt.

        Raises:
            UnknownName: No event has this symbol.
        """
        attempt(stage, stage.outbox.find(self.event))


class Retry(EventStep, frozen=True, tag="retry"):
    """The next attempt for an event is made, even if the last one was acknowledged: same message id, new signature.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    def perform(self, stage: "Stage") -> None:
        """Make the attempt; the attempt number never exceeds the last one of the schedule.

        Raises:
            UnknownName: No event has this symbol.
        """
        attempt(stage, stage.outbox.find(self.event))


class Replay(EventStep, frozen=True, tag="replay"):
    """The latest attempt for an event is sent again, byte for byte.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    def perform(self, stage: "Stage") -> None:
        """Send the bytes of the latest attempt again.

        Raises:
            UnknownName: No event has this symbol.
        """
        parcel = stage.outbox.find(self.event)
        delivery = stage.sender.deliver(stage.dispatcher.outgoing(parcel, kind="replay"), stage.journal)
        stage.dispatcher.settle(parcel, delivery)


class Burst(EventStep, frozen=True, tag="burst"):
    """Several deliveries of one event arrive at the same moment.

    Args:
        event: Symbol of the event, such as ``e0``.
        copies: Number of deliveries, from 1 to 500.
        of: "replay" sends identical bytes, "retry" increasing attempt numbers.
    """

    is_racy: ClassVar[bool] = True
    copies: int = 4
    of: Literal["replay", "retry"] = "replay"

    def check(self) -> None:
        """Validate *copies*.

        Raises:
            ConfigError: *copies* is not from 1 to 500.
        """
        refuse_outside(self, "copies", 1, MOST_COPIES)

    def perform(self, stage: "Stage") -> None:
        """Send all copies at the same moment.

        Raises:
            UnknownName: No event has this symbol.
        """
        parcel = stage.outbox.find(self.event)
        first = min(max(1, parcel.attempts + 1), ATTEMPTS)
        outgoing = []
        for copy in range(self.copies):
            number = min(first + copy, ATTEMPTS) if self.of == "retry" else first
            parcel.attempts = max(parcel.attempts, number)
            outgoing.append(stage.dispatcher.outgoing(parcel, attempt=number))
        stage.dispatcher.settle(parcel, *stage.sender.burst(outgoing, stage.journal))


class DeliverTogether(Step, frozen=True, kw_only=True, tag="deliver_together"):
    """Every event that is due is delivered at the same moment; those that a rate limit refuses follow one by one."""

    def perform(self, stage: "Stage") -> None:
        """Send all messages at the same moment, and those that got 429 again."""
        _send_together(stage, stage.dispatcher.due())


class LoseAcknowledgement(EventStep, frozen=True, tag="lose_acknowledgement"):
    """One event is delivered, and the connection is closed when the first byte of the response arrives.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    is_racy: ClassVar[bool] = True

    def perform(self, stage: "Stage") -> None:
        """Deliver without reading the response.

        Raises:
            UnknownName: No event has this symbol.
        """
        attempt(stage, stage.outbox.find(self.event), reads_response=False)


class LateRetry(EventStep, frozen=True, tag="late_retry"):
    """The last attempt for an old event is made; all earlier attempts were lost.

    Args:
        event: Symbol of the event, such as ``e0``.
        minutes: Age of the event by its publish time, in real minutes, from 0 to 55.
    """

    minutes: float = 55

    def check(self) -> None:
        """Validate *minutes*.

        Raises:
            ConfigError: *minutes* is not from 0 to 55, the length of Fiskil's retry schedule.
        """
        refuse_outside(self, "minutes", 0.0, OLDEST_MINUTES)

    def perform(self, stage: "Stage") -> None:
        """Make the fifth attempt. Source: webhooks.retry-schedule

        Raises:
            UnknownName: No event has this symbol.
        """
        parcel = stage.outbox.find(self.event)
        published = real_now() - timedelta(minutes=self.minutes)
        parcel.event = msgspec.structs.replace(parcel.event, publish_time=published)
        parcel.attempts = ATTEMPTS - 1
        attempt(stage, parcel)


class DeliverBesideSlowClient(EventStep, frozen=True, tag="deliver_beside_slow_client"):
    """One event is delivered while another client sends a forged request slowly, byte by byte.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    def perform(self, stage: "Stage") -> None:
        """Make the next attempt while the slow request is open.

        Raises:
            UnknownName: No event has this symbol.
        """
        parcel = stage.outbox.find(self.event)
        stage.dispatcher.attempt(
            parcel,
            lambda outgoing: stage.sender.deliver_beside_slow_client(outgoing, stage.journal),
            name="beside a slow client",
        )


class Drop(EventStep, frozen=True, tag="drop"):
    """An event is lost: no delivery attempt is made for it.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    def perform(self, stage: "Stage") -> None:
        """Remove the event from the schedule.

        Raises:
            UnknownName: No event has this symbol.
        """
        stage.outbox.drop(self.event)


class DropAll(Step, frozen=True, kw_only=True, tag="drop_all"):
    """Every event that is due is lost: no delivery attempt is made for it."""

    def perform(self, stage: "Stage") -> None:
        """Remove the events from the schedule."""
        for parcel in stage.dispatcher.due():
            stage.outbox.drop(parcel.symbol)


def _send_together(stage: "Stage", parcels: Sequence[Parcel]) -> None:
    for parcel in parcels:
        parcel.next_attempt()
    deliveries = stage.sender.burst([stage.dispatcher.outgoing(parcel) for parcel in parcels], stage.journal)
    for parcel, delivery in zip(parcels, deliveries, strict=True):
        stage.dispatcher.settle(parcel, delivery)
    for parcel, delivery in zip(parcels, deliveries, strict=True):
        if delivery.status == TOO_MANY:
            attempt(stage, parcel)


def attempt(
    stage: "Stage",
    parcel: Parcel,
    *,
    reads_response: bool = True,
    source_ip: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    name: str = "",
) -> Delivery:
    """Make the next delivery attempt for the event in *parcel*, record it, and schedule a retry unless it succeeded.

    Args:
        reads_response: False closes the connection at the first byte of the response.
        source_ip: Loopback IP address of the sender; "" means the usual one.
        headers: Headers that are added to the message's own headers.
        name: Name of the variant in the journal.
    """

    def send(usual: Outgoing) -> Delivery:
        note = msgspec.structs.replace(usual.delivery, source_ip=source_ip or usual.delivery.source_ip)
        outgoing = msgspec.structs.replace(usual, delivery=note, headers=(*usual.headers, *headers))
        return stage.sender.deliver(outgoing, stage.journal, keeps_response=reads_response)

    return stage.dispatcher.attempt(parcel, send, name=name)


def send(
    stage: "Stage",
    message: Message,
    *,
    event: str,
    participant: str,
    kind: DeliveryKind = "genuine",
    name: str = "",
    source_ip: str = SOURCE_ADDRESSES[0],
    is_judged: bool = True,
) -> Delivery:
    """Send *message* once, outside the retry schedule, and record it. The other arguments are fields of the entry."""
    outgoing = Outgoing.of(
        message, event=event, participant=participant, kind=kind, name=name, source_ip=source_ip, is_judged=is_judged
    )
    return stage.sender.deliver(outgoing, stage.journal)


def until_it_hangs(stage: "Stage", deliveries: Iterable[Callable[[], Delivery]]) -> bool:
    """Make *deliveries*; after two that get no response within the limit, stop and record that the step is incomplete.

    Returns:
        True if all deliveries were made.
    """
    hangs = 0
    for deliver in deliveries:
        if hangs >= MOST_HANGS:
            stage.record_incomplete(f"{hangs} requests got no response within the limit, so the rest was not sent")
            return False
        hangs += "limit" in deliver().problem
    return True
