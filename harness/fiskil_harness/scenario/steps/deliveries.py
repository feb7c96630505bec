"""Steps that deliver events: on schedule, repeatedly, concurrently, out of order, late, or never."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec

from fiskil_harness.core.clock import real_now
from fiskil_harness.core.model import Message
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, DeliveryKind
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import deliver_due, dispatch
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS, Parcel
from fiskil_harness.webhooks.sender import Outgoing

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

OLDEST_MINUTES = 55
MOST_HANGS = 2
"""After this many requests without a response the rest of a list is left out, because each takes the whole limit."""
MOST_COPIES = 500


class Deliver(PlainStep, frozen=True, kw_only=True, tag="deliver"):
    """Every event that is due is delivered, in the order of publish times.

    Args:
        attempts: Number of attempts for an unacknowledged event. Above 1, sandbox time moves along the retry schedule.
        order: "newest_first" delivers the latest event first.
    """

    attempts: int = 1
    order: Literal["publish_time", "newest_first"] = "publish_time"

    def check(self) -> None:
        """Validate *attempts*.

        Raises:
            ConfigError: *attempts* is below 1.
        """
        if self.attempts < 1:
            raise ConfigError(f"Deliver: attempts must be 1 or greater, got {self.attempts}.")

    def perform(self, stage: "Stage") -> None:
        """Deliver every due event, each at most *attempts* times."""

        def send(due: Sequence[Parcel]) -> bool:
            in_order = due if self.order == "publish_time" else reversed(due)
            return until_it_hangs(stage, (partial(attempt, stage, parcel) for parcel in in_order))

        clock = stage.fiskil.sandbox.clock
        deliver_due(stage.outbox, clock, send, collect=stage.collect_events, attempts=self.attempts)


class DeliverOne(PlainStep, frozen=True, tag="deliver_one"):
    """One event is delivered, due or not.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    event: str

    def perform(self, stage: "Stage") -> None:
        """Make the next attempt.

        Raises:
            UnknownName: No event has this symbol.
        """
        attempt(stage, stage.outbox.find(self.event))


class Retry(PlainStep, frozen=True, tag="retry"):
    """The next attempt for an event is made, even if the last one was acknowledged: same message id, new signature.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    event: str

    def perform(self, stage: "Stage") -> None:
        """Make the attempt; the attempt number never exceeds the last one of the schedule.

        Raises:
            UnknownName: No event has this symbol.
        """
        attempt(stage, stage.outbox.find(self.event))


class Replay(PlainStep, frozen=True, tag="replay"):
    """The latest attempt for an event is sent again, byte for byte.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    event: str

    def perform(self, stage: "Stage") -> None:
        """Send the bytes of the latest attempt again.

        Raises:
            UnknownName: No event has this symbol.
        """
        parcel = stage.outbox.find(self.event)
        delivery = stage.sender.deliver(outgoing_of(stage, parcel, kind="replay"), stage.journal)
        settle(stage, parcel, [delivery])


class Burst(PlainStep, frozen=True, tag="burst"):
    """Several deliveries of one event arrive at the same moment.

    Args:
        event: Symbol of the event, such as ``e0``.
        copies: Number of deliveries, from 1 to 500.
        of: "replay" sends identical bytes, "retry" increasing attempt numbers.
    """

    is_racy: ClassVar[bool] = True
    event: str
    copies: int = 4
    of: Literal["replay", "retry"] = "replay"

    def check(self) -> None:
        """Validate *copies*.

        Raises:
            ConfigError: *copies* is not from 1 to 500.
        """
        if not 1 <= self.copies <= MOST_COPIES:
            raise ConfigError(f"Burst: copies must be from 1 to {MOST_COPIES}, got {self.copies}.")

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
            outgoing.append(outgoing_of(stage, parcel, attempt_number=number))
        settle(stage, parcel, stage.sender.burst(outgoing, stage.journal))


class DeliverTogether(PlainStep, frozen=True, kw_only=True, tag="deliver_together"):
    """Every event that is due is delivered at the same moment."""

    def perform(self, stage: "Stage") -> None:
        """Send all messages at the same moment."""
        stage.collect_events()
        parcels = stage.outbox.due(stage.fiskil.sandbox.clock.now())
        for parcel in parcels:
            parcel.next_attempt()
        deliveries = stage.sender.burst([outgoing_of(stage, parcel) for parcel in parcels], stage.journal)
        for parcel, delivery in zip(parcels, deliveries, strict=True):
            settle(stage, parcel, [delivery])


class LoseAcknowledgement(PlainStep, frozen=True, tag="lose_acknowledgement"):
    """One event is delivered, and the connection is closed when the first byte of the response arrives.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    is_racy: ClassVar[bool] = True
    event: str

    def perform(self, stage: "Stage") -> None:
        """Deliver without reading the response.

        Raises:
            UnknownName: No event has this symbol.
        """
        attempt(stage, stage.outbox.find(self.event), reads_response=False)


class LateRetry(PlainStep, frozen=True, tag="late_retry"):
    """The last attempt for an old event is made; all earlier attempts were lost.

    Args:
        event: Symbol of the event, such as ``e0``.
        minutes: Age of the event by its publish time, in real minutes, from 0 to 55.
    """

    event: str
    minutes: float = 55

    def check(self) -> None:
        """Validate *minutes*.

        Raises:
            ConfigError: *minutes* is not from 0 to 55, the length of Fiskil's retry schedule.
        """
        if not 0 <= self.minutes <= OLDEST_MINUTES:
            raise ConfigError(f"LateRetry: minutes must be from 0 to {OLDEST_MINUTES}, got {self.minutes:g}.")

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


class DeliverBesideSlowClient(PlainStep, frozen=True, tag="deliver_beside_slow_client"):
    """One event is delivered while another client sends a forged request slowly, byte by byte.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    event: str

    def perform(self, stage: "Stage") -> None:
        """Make the next attempt while the slow request is open.

        Raises:
            UnknownName: No event has this symbol.
        """
        parcel = stage.outbox.find(self.event)
        parcel.next_attempt()
        outgoing = outgoing_of(stage, parcel)
        note = msgspec.structs.replace(outgoing.delivery, name="beside a slow client")
        delivery = stage.sender.deliver_beside_slow_client(msgspec.structs.replace(outgoing, delivery=note), stage.journal)
        settle(stage, parcel, [delivery])


class Drop(PlainStep, frozen=True, tag="drop"):
    """An event is lost: no delivery attempt is made for it.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    event: str

    def perform(self, stage: "Stage") -> None:
        """Remove the event from the schedule.

        Raises:
            UnknownName: No event has this symbol.
        """
        stage.outbox.drop(self.event)


class DropAll(PlainStep, frozen=True, kw_only=True, tag="drop_all"):
    """Every event that is due is lost: no delivery attempt is made for it."""

    def perform(self, stage: "Stage") -> None:
        """Remove the events from the schedule."""
        stage.collect_events()
        for parcel in stage.outbox.due(stage.fiskil.sandbox.clock.now()):
            stage.outbox.drop(parcel.symbol)


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
    parcel.next_attempt()
    usual = outgoing_of(stage, parcel)
    note = msgspec.structs.replace(usual.delivery, source_ip=source_ip or usual.delivery.source_ip, name=name)
    outgoing = msgspec.structs.replace(usual, delivery=note, headers=(*usual.headers, *headers))
    delivery = stage.sender.deliver(outgoing, stage.journal, keeps_response=reads_response)
    settle(stage, parcel, [delivery])
    return delivery


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


def settle(stage: "Stage", parcel: Parcel, deliveries: list[Delivery]) -> None:
    """Schedule a retry for the event in *parcel* unless one of *deliveries* was acknowledged."""
    is_acknowledged = any(delivery.outcome == "ack" for delivery in deliveries)
    parcel.settle(is_acknowledged=is_acknowledged, now=stage.fiskil.sandbox.clock.now())


def outgoing_of(stage: "Stage", parcel: Parcel, *, kind: DeliveryKind = "genuine", attempt_number: int = 0) -> Outgoing:
    """Return the request of the latest delivery attempt for the event in *parcel*.

    Args:
        kind: Kind of the delivery in the journal.
        attempt_number: Number of another attempt; 0 means the latest attempt.
    """
    return dispatch.outgoing(
        parcel,
        secret=stage.fiskil.credentials.webhook_secret,
        participant=stage.owner_of(parcel.symbol).participant,
        kind=kind,
        attempt=attempt_number,
    )


def sealed(stage: "Stage", parcel: Parcel) -> Message:
    """Return the signed message of the latest delivery attempt for the event in *parcel*."""
    return dispatch.sealed(parcel, secret=stage.fiskil.credentials.webhook_secret)
