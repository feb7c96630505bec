"""Steps after which an app must recover or know a message again: all together, by hand after a discard, around a crash."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import msgspec

from fiskil_harness.core.clock import pause
from fiskil_harness.core.config.hooks import COMMAND
from fiskil_harness.errors import ConfigError, StepError
from fiskil_harness.journal import DURING_KILL, Delivery, Started
from fiskil_harness.scenario.steps.app import start
from fiskil_harness.scenario.steps.deliveries import attempt, outgoing_of, settle, until_it_hangs
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks.sender import Outgoing

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

MOST_ROUNDS = 100
LATEST_KILL = 20
SHORT_S, LONG_S = 0.02, 2.0


class RepeatTogether(PlainStep, frozen=True, kw_only=True, tag="repeat_together"):
    """Everything that was delivered to a twin comes again together, round after round, each time the very same bytes.

    No message is beside itself, so this is no race; but many connections at once reach every process of the app.
    """

    rounds: int = 6
    twin: str = ""

    def check(self) -> None:
        """Refuse none at all, and more than anybody waits for."""
        if not 1 <= self.rounds <= MOST_ROUNDS:
            raise ConfigError(f"RepeatTogether: rounds must be from 1 to {MOST_ROUNDS}, got {self.rounds}.")

    def perform(self, stage: "Stage") -> None:
        """Send them, every round when the one before it is answered."""
        parcels = [parcel for parcel in stage.outbox if parcel.attempts and stage.owner_of(parcel.symbol).name == self.twin]
        for _ in range(self.rounds):
            deliveries = stage.sender.burst([outgoing_of(stage, parcel, kind="replay") for parcel in parcels], stage.journal)
            for parcel, delivery in zip(parcels, deliveries, strict=True):
                settle(stage, parcel, [delivery])


class KillDuringDelivery(PlainStep, frozen=True, tag="kill_during_delivery"):
    """Everything due leaves together, or one event alone, and meanwhile the app is killed with -9 and started again.

    ``at`` is when: the share of the time that such deliveries took before; above 1 the app has answered and works.
    """

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)
    event: str = ""
    at: float = 0.5

    def check(self) -> None:
        """Refuse a moment before the beginning, and one that is long past the end."""
        if not 0 <= self.at <= LATEST_KILL:
            raise ConfigError(f"KillAmidst: at must be from 0 to {LATEST_KILL}, got {self.at:g}.")

    def perform(self, stage: "Stage") -> None:
        """Send, kill, wait for what the deliveries came to, and start."""
        stage.collect_events()
        now = stage.fiskil.sandbox.clock.now()
        parcels = [stage.outbox.find(self.event)] if self.event else stage.outbox.due(now)
        for parcel in parcels:
            parcel.next_attempt()
        outgoing = [_amidst(outgoing_of(stage, parcel)) for parcel in parcels]
        usual_s = _usual_s(stage)
        with ThreadPoolExecutor(1) as pool:
            made = pool.submit(stage.sender.burst, outgoing, stage.journal)
            pause(self.at * usual_s)
            stage.app.kill()
            deliveries = made.result()
        stage.has_mended = True
        stage.journal.write(Started(**stage.journal.stamp(), how="kill"))
        start(stage)
        for parcel, delivery in zip(parcels, deliveries, strict=True):
            settle(stage, parcel, [delivery])


class Redeliver(PlainStep, frozen=True, tag="redeliver"):
    """By hand, one more attempt: for an event, or for every event that was discarded because its attempts were used up.

    It has the same ``message_id`` and the number of the next attempt, or again the last. Fiskil documents no such command;
    this is a tool of the harness.
    """

    event: str = ""

    def perform(self, stage: "Stage") -> None:
        """Make the attempts."""
        wanted = [stage.outbox.find(self.event)] if self.event else [parcel for parcel in stage.outbox if parcel.is_lost]
        if not wanted:
            raise StepError("No event was discarded, so there is nothing to deliver again. Name one, or let attempts fail.")
        until_it_hangs(stage, (partial(attempt, stage, parcel) for parcel in wanted))


def _amidst(outgoing: Outgoing) -> Outgoing:
    return msgspec.structs.replace(outgoing, note=msgspec.structs.replace(outgoing.note, name=DURING_KILL))


def _usual_s(stage: "Stage") -> float:
    """What deliveries that left together and were all acknowledged took, in real seconds: those that were quickest.

    The others a busy machine may have held up, and a kill so late would come long after everything.
    """
    groups: dict[int, list[Delivery]] = {}
    for delivery in stage.journal.all(Delivery):
        if delivery.group:
            groups.setdefault(delivery.group, []).append(delivery)
    took = [
        max(delivery.took_s for delivery in ones)
        for ones in groups.values()
        if all(delivery.outcome == "ack" for delivery in ones)
    ]
    return min([*took, LONG_S]) if took else SHORT_S
