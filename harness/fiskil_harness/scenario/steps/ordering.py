"""Steps that control the order in which events are delivered, and the times that their messages contain."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import msgspec

from fiskil_harness.errors import ConfigError, StepError, UnknownName
from fiskil_harness.scenario.steps.consents_and_syncs import Revoke, TouchConsent
from fiskil_harness.scenario.steps.deliveries import attempt, until_it_hangs
from fiskil_harness.scenario.steps.journeys import Authorise
from fiskil_harness.scenario.steps.step import Step, TwinStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage
    from fiskil_harness.webhooks.retry_schedule import Parcel

HALF_SECOND_MS = 499
"""Milliseconds after a whole second that are not rounded up to the next one."""


class DeliverEach(Step, frozen=True, tag="deliver_each"):
    """The newest event of each given kind is delivered, in the given order, due or not.

    Args:
        kinds: Kinds of events, such as "consent.revoked".
        twin: Name of the participant; "" means the scenario's end user.
    """

    kinds: tuple[str, ...]
    twin: str = ""

    def check(self) -> None:
        """Validate *kinds*.

        Raises:
            ConfigError: *kinds* is empty.
        """
        if not self.kinds:
            raise ConfigError("DeliverEach: kinds must name at least one kind of event.")

    def perform(self, stage: "Stage") -> None:
        """Make the next attempt for each event.

        Raises:
            UnknownName: The participant has no event of one of *kinds*.
        """
        stage.dispatcher.collect()
        owner = stage.end_user(self.twin)
        by_kind = {parcel.event.kind: parcel for parcel in stage.outbox if stage.owner_of(parcel.symbol) is owner}
        for kind in self.kinds:
            if kind not in by_kind:
                raise UnknownName("event of the kind", kind, by_kind, place=f"the events of {self.twin or 'the end user'}")
        until_it_hangs(stage, (partial(attempt, stage, by_kind[kind]) for kind in self.kinds))


class ChangeConsentsUndelivered(Step, frozen=True, kw_only=True, tag="change_consents_undelivered"):
    """Several end users consent, confirm the consent again and revoke it, and no event is delivered yet.

    Each end user has three undelivered events: received, updated and revoked.

    Args:
        twins: Names of the participants.
    """

    twins: tuple[str, ...]

    def check(self) -> None:
        """Validate *twins*.

        Raises:
            ConfigError: *twins* is empty.
        """
        if not self.twins:
            raise ConfigError("ChangeConsentsUndelivered: twins must name at least one participant.")

    def perform(self, stage: "Stage") -> None:
        """Perform the three steps for one end user after another.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        for twin in self.twins:
            Authorise(twin=twin).perform(stage)
            TouchConsent(twin=twin).perform(stage)
            stage.fiskil.sandbox.clock.advance(seconds=1)
            Revoke(twin=twin).perform(stage)


class SetSameTimestamp(TwinStep, frozen=True, kw_only=True, tag="set_same_timestamp"):
    """All undelivered events of an end user get the same publish time, to the millisecond.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Give every undelivered event the publish time of the latest one. Source: webhooks.payload"""
        undelivered = _undelivered(stage, self.twin)
        latest = max((parcel.event.publish_time for parcel in undelivered), default=None)
        for parcel in undelivered:
            parcel.event = msgspec.structs.replace(parcel.event, publish_time=latest)


class SetTimestampsWithinSecond(TwinStep, frozen=True, kw_only=True, tag="set_timestamps_within_second"):
    """All undelivered events of an end user get publish times within half a second, in their order, milliseconds apart.

    Some databases store times without milliseconds by default, cut off or rounded. All these times become equal in both
    ways. Sandbox time moves on by two seconds, so that no time is in the future.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    affects_whole_app: ClassVar[bool] = True

    def perform(self, stage: "Stage") -> None:
        """Spread the publish times over the first half of the second after the latest one. Source: webhooks.payload

        Raises:
            StepError: The end user has more events than fit into half a second.
        """
        undelivered = sorted(_undelivered(stage, self.twin), key=lambda parcel: parcel.event.publish_time)
        if not undelivered:
            return
        apart = timedelta(milliseconds=HALF_SECOND_MS // (len(undelivered) + 1))
        if not apart:
            raise StepError(f"{len(undelivered)} events cannot be milliseconds apart within half a second.")
        second = undelivered[-1].event.publish_time.replace(microsecond=0) + timedelta(seconds=1)
        for number, parcel in enumerate(undelivered, 1):
            parcel.event = msgspec.structs.replace(parcel.event, publish_time=second + number * apart)
        stage.fiskil.sandbox.clock.advance(seconds=2)


def _undelivered(stage: "Stage", twin: str) -> list["Parcel"]:
    """Return the events of a participant of which no delivery was attempted."""
    stage.dispatcher.collect()
    owner = stage.end_user(twin)
    return [parcel for parcel in stage.outbox if parcel.attempts == 0 and stage.owner_of(parcel.symbol) is owner]
