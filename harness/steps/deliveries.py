"""Steps of the webhook sender: what is due is handed over, again, at once, out of order, or not at all."""

from typing import TYPE_CHECKING, Literal

from harness.errors import StepError
from harness.journal import Delivery
from harness.steps.base import PlainStep
from harness.webhooks import seal
from harness.webhooks.outbox import ATTEMPTS, Parcel
from harness.webhooks.sender import Outgoing, plain_headers

if TYPE_CHECKING:
    from harness.stage import Stage


class Deliver(PlainStep, frozen=True, kw_only=True, tag="deliver"):
    """Everything due is handed over, by publish time; ``attempts`` above 1 moves the clock along the retry schedule.

    ``order`` newest_first hands over the latest fact first.
    """

    attempts: int = 1
    order: Literal["publish_time", "newest_first"] = "publish_time"

    def perform(self, stage: "Stage") -> None:
        """Hand over, at most *attempts* times each."""
        clock = stage.fiskil.sandbox.clock
        for round_number in range(self.attempts):
            if round_number:
                next_due = stage.outbox.next_due_at()
                if next_due is None:
                    return
                clock.advance_to(next_due)
            stage.collect_events()
            due = stage.outbox.due(clock.now())
            for parcel in due if self.order == "publish_time" else reversed(due):
                attempt(stage, parcel)


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
        delivery = stage.sender.deliver(_outgoing(stage, parcel, kind="replay"), stage.journal)
        _settle(stage, parcel, [delivery])


class Burst(PlainStep, frozen=True, tag="burst"):
    """``copies`` deliveries of one event at the same moment: equal bytes, or (``retry``) with rising attempt numbers."""

    event: str
    copies: int = 4
    of: Literal["replay", "retry"] = "replay"

    def perform(self, stage: "Stage") -> None:
        """Send them together."""
        parcel = stage.outbox.find(self.event)
        first = min(max(1, parcel.attempts + 1), ATTEMPTS)
        outgoing = []
        for copy in range(self.copies):
            number = min(first + copy, ATTEMPTS) if self.of == "retry" else first
            parcel.attempts = max(parcel.attempts, number)
            outgoing.append(_outgoing(stage, parcel, attempt_number=number))
        _settle(stage, parcel, stage.sender.burst(outgoing, stage.journal))


class DeliverTogether(PlainStep, frozen=True, kw_only=True, tag="deliver_together"):
    """Everything due, different events, at the same moment."""

    def perform(self, stage: "Stage") -> None:
        """Send them together."""
        stage.collect_events()
        parcels = stage.outbox.due(stage.fiskil.sandbox.clock.now())
        for parcel in parcels:
            parcel.next_attempt()
        deliveries = stage.sender.burst([_outgoing(stage, one) for one in parcels], stage.journal)
        for parcel, delivery in zip(parcels, deliveries, strict=True):
            _settle(stage, parcel, [delivery])


class LoseAcknowledgement(PlainStep, frozen=True, tag="lose_acknowledgement"):
    """One event is handed over, and the connection is dropped when the first byte of the answer arrives."""

    event: str

    def perform(self, stage: "Stage") -> None:
        """Deliver without reading the answer."""
        attempt(stage, stage.outbox.find(self.event), keeps_answer=False)


class Drop(PlainStep, frozen=True, tag="drop"):
    """An event gets lost on the way: no attempt is made."""

    event: str

    def perform(self, stage: "Stage") -> None:
        """Forget it."""
        stage.outbox.drop(self.event)


def attempt(stage: "Stage", parcel: Parcel, *, keeps_answer: bool = True) -> Delivery:
    """Make the next attempt for *parcel* and plan what follows."""
    parcel.attempts = min(parcel.attempts + 1, ATTEMPTS)
    delivery = stage.sender.deliver(_outgoing(stage, parcel), stage.journal, keeps_answer=keeps_answer)
    _settle(stage, parcel, [delivery])
    return delivery


def _settle(stage: "Stage", parcel: Parcel, deliveries: list[Delivery]) -> None:
    is_acknowledged = any(one.outcome == "ack" for one in deliveries)
    parcel.settle(is_acknowledged=is_acknowledged, now=stage.fiskil.sandbox.clock.now())


def _outgoing(stage: "Stage", parcel: Parcel, *, kind: str = "genuine", attempt_number: int = 0) -> Outgoing:
    number = attempt_number or parcel.attempts
    if number < 1:
        raise StepError(f"{parcel.symbol} was never delivered, so it cannot be replayed.")
    message = seal(parcel.event, attempt=number, secret=stage.fiskil.credentials.webhook_secret)
    note = Delivery(
        event=parcel.symbol,
        participant=stage.owner_of(parcel.symbol).name,
        message_id=message.message_id,
        attempt=number,
        kind=kind,
        body=message.body,
    )
    return Outgoing(note=note, headers=plain_headers(message.signature))
