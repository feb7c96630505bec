"""The step that repeats messages while nothing else happens, each time after a control period without any message."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core.clock import pause, wait_until
from fiskil_harness.core.config.hooks import COMMAND, EFFECTS
from fiskil_harness.journal import Delivery, Effects, EventCreated, Exchange, RepetitionRound
from fiskil_harness.scenario.steps.app import restart
from fiskil_harness.scenario.steps.deliveries import attempt, until_it_hangs
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

WATCHED_S = 0.3
"""Length of the period after the repetitions, in real seconds, for an app that works at once."""
LONGEST_WATCHED_S = 1.5
CONTROLS = (1, 1, 3)
"""Lengths of the control periods, as multiples of the period after the repetitions.

Jobs of an app that run at regular intervals and fall into each period after the repetitions also fall into the last control
period, because that is longer than the interval.
"""


class RepeatWhileIdle(Step, frozen=True, kw_only=True, tag="repeat_while_idle"):
    """Every acknowledged message of an end user is repeated, in up to three rounds while nothing else happens.

    Each round begins with a control period without any message. The rounds end early after a round that had no API call and
    no change of the state after its repetitions.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    is_slow: ClassVar[bool] = True
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Wait until the app is idle, then perform the rounds.

        Raises:
            HookError: The effects hook failed, or its response is not in the documented format.
        """
        _perform_rounds(stage, stage.end_user(self.twin))


class RepeatAfterRestarts(Step, frozen=True, kw_only=True, tag="repeat_after_restarts"):
    """The rounds of ``RepeatWhileIdle``, each after the app was killed and started again. Needs ``app.command``.

    An app that remembers messages only until its end works again in each round. What an app does at its start falls into the
    control periods.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    is_slow: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = (COMMAND,)
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Wait until the app is idle, then perform the rounds.

        Raises:
            AppError: The app does not start.
            HookError: The effects hook failed, or its response is not in the documented format.
        """
        _perform_rounds(stage, stage.end_user(self.twin), prepare=partial(restart, stage))


def _perform_rounds(stage: "Stage", end_user: "EndUser", *, prepare: Callable[[], object] = lambda: None) -> None:
    """Perform up to three rounds, each after *prepare*."""
    stage.settle("settled")
    watched_s = min(max(WATCHED_S, 1.5 * _longest_work_s(stage, end_user)), LONGEST_WATCHED_S)
    for control in CONTROLS:
        prepare()
        stage.settle("settled")
        if not _perform_round(stage, end_user, watched_s=watched_s, control_s=control * watched_s):
            return


def _perform_round(stage: "Stage", end_user: "EndUser", *, watched_s: float, control_s: float) -> bool:
    """Perform one round; return False if the repetitions had no visible consequence, or not all could be sent."""
    journal = stage.journal
    began_s = journal.elapsed_s()
    pause(control_s)
    control = _snapshot(stage, end_user)
    repeated_s = journal.elapsed_s()
    parcels = [stage.outbox.find(event) for event in _acknowledged(stage, end_user)]
    is_complete = until_it_hangs(stage, [partial(attempt, stage, parcel) for parcel in parcels])

    def has_called() -> bool:
        calls = [call for call in journal.all(Exchange) if call.end_user_id == end_user.end_user_id]
        return any(call.at_s >= repeated_s for call in calls)

    was_called = bool(wait_until(has_called, cap_s=watched_s))
    after = _snapshot(stage, end_user)
    journal.write(
        RepetitionRound(
            **journal.stamp(),
            participant=end_user.participant,
            end_user_id=end_user.end_user_id,
            began_s=began_s,
            repeated_s=repeated_s,
            messages=len(parcels),
        )
    )
    has_changed = control is not None and after is not None and control.state != after.state
    return is_complete and (was_called or has_changed)


def _acknowledged(stage: "Stage", end_user: "EndUser") -> list[str]:
    """Return the symbols of the end user's acknowledged events, in the order in which they happened."""
    acknowledged = {
        delivery.event for delivery in stage.journal.all(Delivery) if delivery.is_acknowledged and delivery.is_genuine
    }
    events = [event for event in stage.journal.all(EventCreated) if event.participant == end_user.participant]
    return [event.event for event in events if event.event in acknowledged]


def _longest_work_s(stage: "Stage", end_user: "EndUser") -> float:
    """Return the longest time from a delivery to the end of an API call before the next delivery; 0 without calls."""
    delivered_s = [delivery.at_s for delivery in stage.journal.all(Delivery)]
    calls = [call for call in stage.journal.all(Exchange) if call.end_user_id == end_user.end_user_id]
    earlier = [(call.ended_s, [at_s for at_s in delivered_s if at_s <= call.at_s]) for call in calls]
    return max((ended_s - times_s[-1] for ended_s, times_s in earlier if times_s), default=0.0)


def _snapshot(stage: "Stage", end_user: "EndUser") -> Effects | None:
    return stage.snapshot("settled", end_user) if stage.app.has(EFFECTS) else None
