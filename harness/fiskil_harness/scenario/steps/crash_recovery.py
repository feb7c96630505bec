"""Steps that test recovery: kills during a delivery, repeated messages, and manual redelivery of discarded events."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core.clock import pause
from fiskil_harness.core.config.hooks import COMMAND
from fiskil_harness.errors import StepError
from fiskil_harness.journal import DURING_KILL, Delivery, ProcessChanged
from fiskil_harness.scenario.steps.app import recover
from fiskil_harness.scenario.steps.deliveries import attempt, until_it_hangs
from fiskil_harness.scenario.steps.step import Step, refuse_outside

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

MOST_ROUNDS = 100
LATEST_KILL = 20
SHORT_S, LONG_S = 0.02, 2.0


class RepeatTogether(Step, frozen=True, kw_only=True, tag="repeat_together"):
    """Every message that was delivered to a participant is replayed at the same moment, for several rounds.

    The bytes are identical to those of the latest attempt. Two copies of the same message are never concurrent, so there is
    no race; but many concurrent connections reach every process of the app.

    Args:
        rounds: Number of rounds, from 1 to 100.
        twin: Name of the participant; "" means the scenario's end user.
    """

    rounds: int = 6
    twin: str = ""

    def check(self) -> None:
        """Validate *rounds*.

        Raises:
            ConfigError: *rounds* is not from 1 to 100.
        """
        refuse_outside(self, "rounds", 1, MOST_ROUNDS)

    def perform(self, stage: "Stage") -> None:
        """Send one round after another. Each round starts when all responses of the previous round have arrived."""
        parcels = [
            parcel for parcel in stage.outbox if parcel.attempts and stage.owner_of(parcel.symbol).participant == self.twin
        ]
        for _ in range(self.rounds):
            deliveries = stage.sender.burst(
                [stage.dispatcher.outgoing(parcel, kind="replay") for parcel in parcels], stage.journal
            )
            for parcel, delivery in zip(parcels, deliveries, strict=True):
                stage.dispatcher.settle(parcel, delivery)


class KillDuringDelivery(Step, frozen=True, tag="kill_during_delivery"):
    """Everything due is delivered at the same moment, and meanwhile the app is killed with SIGKILL and started again.

    Needs ``app.command``.

    Args:
        event: Delivers this event alone; "" means everything due.
        at: Time of the kill, from 0 to 20, as a multiple of the usual duration of such deliveries. Above 1, the app has
            usually responded but may still be working.
    """

    is_racy: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = (COMMAND,)
    event: str = ""
    at: float = 0.5

    def check(self) -> None:
        """Validate *at*.

        Raises:
            ConfigError: *at* is not from 0 to 20.
        """
        refuse_outside(self, "at", 0.0, LATEST_KILL)

    def perform(self, stage: "Stage") -> None:
        """Send, kill, wait for the outcome of the deliveries, and start the app.

        Raises:
            AppError: The app does not start.
        """
        stage.dispatcher.collect()
        parcels = [stage.outbox.find(self.event)] if self.event else stage.dispatcher.due()
        for parcel in parcels:
            parcel.next_attempt()
        outgoing = [stage.dispatcher.outgoing(parcel, name=DURING_KILL) for parcel in parcels]
        usual_s = _usual_s(stage)
        with ThreadPoolExecutor(1) as pool:
            burst = pool.submit(stage.sender.burst, outgoing, stage.journal)
            pause(self.at * usual_s)
            stage.fiskil.proxy.note_kill()
            stage.app.kill()
            deliveries = burst.result()
        stage.was_disturbed = True
        stage.record(ProcessChanged, change="kill")
        recover(stage)
        for parcel, delivery in zip(parcels, deliveries, strict=True):
            stage.dispatcher.settle(parcel, delivery)


class Redeliver(Step, frozen=True, tag="redeliver"):
    """One more attempt is made manually for an event, or for every event that was discarded after its last attempt.

    The attempt has the same ``message_id``, and the next attempt number or the last number of the schedule. Fiskil documents
    no manual redelivery; this is a tool of the harness.

    Args:
        event: The event; "" means every discarded event.
    """

    event: str = ""

    def perform(self, stage: "Stage") -> None:
        """Make the attempts.

        Raises:
            StepError: No event was discarded, and *event* is "".
        """
        parcels = [stage.outbox.find(self.event)] if self.event else [parcel for parcel in stage.outbox if parcel.is_lost]
        if not parcels:
            raise StepError(
                "No event was discarded, so there is nothing to deliver again. Name an event, or let all attempts fail."
            )
        until_it_hangs(stage, (partial(attempt, stage, parcel) for parcel in parcels))


def _usual_s(stage: "Stage") -> float:
    """Return the duration of the fastest burst (concurrent deliveries) that was acknowledged completely, in real seconds.

    A busy machine may have delayed the other bursts. A kill that is timed by a slow burst could come after all work is done.
    """
    groups: dict[int, list[Delivery]] = {}
    for delivery in stage.journal.all(Delivery):
        if delivery.group:
            groups.setdefault(delivery.group, []).append(delivery)
    took = [
        max(delivery.took_s for delivery in deliveries)
        for deliveries in groups.values()
        if all(delivery.is_acknowledged for delivery in deliveries)
    ]
    return min([*took, LONG_S]) if took else SHORT_S
