"""Steps of the webhook sender: what is due is handed over, again, at once, out of order, or not at all."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

import msgspec

from fiskil_harness.core.clock import real_now
from fiskil_harness.core.model import Message
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, DeliveryKind
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import dispatch, hand_over
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS, Parcel
from fiskil_harness.webhooks.sender import Outgoing

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

OLDEST_MINUTES = 55
MOST_HANGS = 2
"""After so many requests without any answer the rest of a list is left out: each costs the whole limit."""
MOST_COPIES = 500


class Deliver(PlainStep, frozen=True, kw_only=True, tag="deliver"):
    """Everything due is handed over, by publish time; ``attempts`` above 1 moves the clock along the retry schedule.

    ``order`` newest_first hands over the latest fact first.
    """

    attempts: int = 1
    order: Literal["publish_time", "newest_first"] = "publish_time"

    def check(self) -> None:
        """Refuse none at all."""
        if self.attempts < 1:
            raise ConfigError(f"Deliver: attempts count from 1, got {self.attempts}.")

    def perform(self, stage: "Stage") -> None:
        """Hand over, at most *attempts* times each."""

        def send(due: Sequence[Parcel]) -> bool:
            in_order = due if self.order == "publish_time" else reversed(due)
            return until_it_hangs(stage, (partial(attempt, stage, parcel) for parcel in in_order))

        clock = stage.fiskil.sandbox.clock
        hand_over(stage.outbox, clock, send, collect=stage.collect_events, attempts=self.attempts)


class DeliverOne(PlainStep, frozen=True, tag="deliver_one"):
    """One event is handed over, due or not."""

    event: str

    def perform(self, stage: "Stage") -> None:
        """Make the next attempt."""
        attempt(stage, stage.outbox.find(self.event))


class Retry(PlainStep, frozen=True, tag="retry"):
    """The next attempt for an event, whatever became of the last: the same id, other bytes, another signature."""

    event: str

    def perform(self, stage: "Stage") -> None:
        """Make it; attempt numbers stop at the last one of the schedule."""
        attempt(stage, stage.outbox.find(self.event))


class Replay(PlainStep, frozen=True, tag="replay"):
    """The very same bytes as the latest attempt, again."""

    event: str

    def perform(self, stage: "Stage") -> None:
        """Send them."""
        parcel = stage.outbox.find(self.event)
        delivery = stage.sender.deliver(outgoing_of(stage, parcel, kind="replay"), stage.journal)
        settle(stage, parcel, [delivery])


class Burst(PlainStep, frozen=True, tag="burst"):
    """``copies`` deliveries of one event at the same moment: equal bytes, or (``retry``) with rising attempt numbers."""

    event: str
    copies: int = 4
    of: Literal["replay", "retry"] = "replay"

    def check(self) -> None:
        """Refuse none at all, and more than this machine sends at once."""
        if not 1 <= self.copies <= MOST_COPIES:
            raise ConfigError(f"Burst: copies must be from 1 to {MOST_COPIES}, got {self.copies}.")

    def perform(self, stage: "Stage") -> None:
        """Send them together."""
        parcel = stage.outbox.find(self.event)
        first = min(max(1, parcel.attempts + 1), ATTEMPTS)
        outgoing = []
        for copy in range(self.copies):
            number = min(first + copy, ATTEMPTS) if self.of == "retry" else first
            parcel.attempts = max(parcel.attempts, number)
            outgoing.append(outgoing_of(stage, parcel, attempt_number=number))
        settle(stage, parcel, stage.sender.burst(outgoing, stage.journal))


class DeliverTogether(PlainStep, frozen=True, kw_only=True, tag="deliver_together"):
    """Everything due, different events, at the same moment."""

    def perform(self, stage: "Stage") -> None:
        """Send them together."""
        stage.collect_events()
        parcels = stage.outbox.due(stage.fiskil.sandbox.clock.now())
        for parcel in parcels:
            parcel.next_attempt()
        deliveries = stage.sender.burst([outgoing_of(stage, parcel) for parcel in parcels], stage.journal)
        for parcel, delivery in zip(parcels, deliveries, strict=True):
            settle(stage, parcel, [delivery])


class LoseAcknowledgement(PlainStep, frozen=True, tag="lose_acknowledgement"):
    """One event is handed over, and the connection is dropped when the first byte of the answer arrives."""

    event: str

    def perform(self, stage: "Stage") -> None:
        """Deliver without reading the answer."""
        attempt(stage, stage.outbox.find(self.event), keeps_answer=False)


class LateRetry(PlainStep, frozen=True, tag="late_retry"):
    """The last attempt for an event that happened ``minutes`` of real time ago, by what it says; the others got lost."""

    event: str
    minutes: float = 55

    def check(self) -> None:
        """Refuse an age beyond Fiskil's schedule."""
        if not 0 <= self.minutes <= OLDEST_MINUTES:
            raise ConfigError(f"LateRetry: a retry is at most {OLDEST_MINUTES} minutes old, got {self.minutes:g}.")

    def perform(self, stage: "Stage") -> None:
        """Make the fifth attempt. Source: webhooks.retry-schedule"""
        parcel = stage.outbox.find(self.event)
        published = real_now() - timedelta(minutes=self.minutes)
        parcel.event = msgspec.structs.replace(parcel.event, publish_time=published)
        parcel.attempts = ATTEMPTS - 1
        attempt(stage, parcel)


class DeliverBesideSlowClient(PlainStep, frozen=True, tag="deliver_beside_slow_client"):
    """One event is handed over while somebody else's forged request dribbles in, a byte at a time."""

    event: str

    def perform(self, stage: "Stage") -> None:
        """Make the next attempt beside it."""
        parcel = stage.outbox.find(self.event)
        parcel.next_attempt()
        outgoing = outgoing_of(stage, parcel)
        note = msgspec.structs.replace(outgoing.note, name="beside a slow client")
        delivery = stage.sender.deliver_beside_slow_client(msgspec.structs.replace(outgoing, note=note), stage.journal)
        settle(stage, parcel, [delivery])


class Drop(PlainStep, frozen=True, tag="drop"):
    """An event gets lost on the way: no attempt is made."""

    event: str

    def perform(self, stage: "Stage") -> None:
        """Forget it."""
        stage.outbox.drop(self.event)


class DropAll(PlainStep, frozen=True, kw_only=True, tag="drop_all"):
    """Every event that is due gets lost on the way: the app hears of none of it."""

    def perform(self, stage: "Stage") -> None:
        """Forget them."""
        stage.collect_events()
        for parcel in stage.outbox.due(stage.fiskil.sandbox.clock.now()):
            stage.outbox.drop(parcel.symbol)


def attempt(
    stage: "Stage",
    parcel: Parcel,
    *,
    keeps_answer: bool = True,
    source_ip: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    name: str = "",
) -> Delivery:
    """Make the next attempt for *parcel* and plan what follows. *name* tells variants apart, *headers* are further ones."""
    parcel.next_attempt()
    plain = outgoing_of(stage, parcel)
    note = msgspec.structs.replace(plain.note, source_ip=source_ip or plain.note.source_ip, name=name)
    outgoing = msgspec.structs.replace(plain, note=note, headers=(*plain.headers, *headers))
    delivery = stage.sender.deliver(outgoing, stage.journal, keeps_answer=keeps_answer)
    settle(stage, parcel, [delivery])
    return delivery


def until_it_hangs(stage: "Stage", deliveries: Iterable[Callable[[], Delivery]]) -> bool:
    """Make deliveries until some got no answer within the limit; whether all were made, and if not, that is written down."""
    hangs = 0
    for deliver in deliveries:
        if hangs >= MOST_HANGS:
            stage.cut_short(f"{hangs} requests got no answer within the limit, so the rest was not sent")
            return False
        hangs += "limit" in deliver().trouble
    return True


def settle(stage: "Stage", parcel: Parcel, deliveries: list[Delivery]) -> None:
    """Plan what follows on some attempts for *parcel*."""
    is_acknowledged = any(delivery.outcome == "ack" for delivery in deliveries)
    parcel.settle(is_acknowledged=is_acknowledged, now=stage.fiskil.sandbox.clock.now())


def outgoing_of(stage: "Stage", parcel: Parcel, *, kind: DeliveryKind = "genuine", attempt_number: int = 0) -> Outgoing:
    """The request of the latest attempt for *parcel*, or of the one with that number."""
    return dispatch.outgoing(
        parcel,
        secret=stage.fiskil.credentials.webhook_secret,
        participant=stage.owner_of(parcel.symbol).name,
        kind=kind,
        attempt=attempt_number,
    )


def sealed(stage: "Stage", parcel: Parcel) -> Message:
    """The message of the latest attempt."""
    return dispatch.sealed(parcel, secret=stage.fiskil.credentials.webhook_secret)
