"""Steps that decide in which order facts are told, and when they are said to have happened."""

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.scenario.steps.consents_and_syncs import Revoke, TouchConsent
from fiskil_harness.scenario.steps.deliveries import attempt, until_it_hangs
from fiskil_harness.scenario.steps.journeys import Authorise
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class DeliverEach(PlainStep, frozen=True, tag="deliver_each"):
    """The newest event of each of some kinds is handed over, in the given order, due or not."""

    kinds: tuple[str, ...]
    twin: str = ""

    def check(self) -> None:
        """Refuse none at all."""
        if not self.kinds:
            raise ConfigError("DeliverEach: kinds must name at least one kind of event.")

    def perform(self, stage: "Stage") -> None:
        """Make the next attempt for each."""
        stage.collect_events()
        owner = stage.participant(self.twin)
        by_kind = {parcel.event.kind: parcel for parcel in stage.outbox if stage.owner_of(parcel.symbol) is owner}
        for kind in self.kinds:
            if kind not in by_kind:
                raise UnknownName("event of the kind", kind, by_kind, place=f"what {self.twin or 'the end user'} was told")
        until_it_hangs(stage, (partial(attempt, stage, by_kind[kind]) for kind in self.kinds))


class ChangeConsentsUndelivered(PlainStep, frozen=True, kw_only=True, tag="change_consents_undelivered"):
    """Consents of several end users begin, are confirmed again and end, and nothing of it is told yet.

    Of each there are three events: received, updated and revoked.
    """

    twins: tuple[str, ...]

    def check(self) -> None:
        """Refuse nobody at all."""
        if not self.twins:
            raise ConfigError("LiveThrough: twins must name at least one participant.")

    def perform(self, stage: "Stage") -> None:
        """Let it happen, one end user after another."""
        for twin in self.twins:
            Authorise(twin=twin).perform(stage)
            TouchConsent(twin=twin).perform(stage)
            stage.fiskil.sandbox.clock.advance(seconds=1)
            Revoke(twin=twin).perform(stage)


class SetSameTimestamp(PlainStep, frozen=True, kw_only=True, tag="set_same_timestamp"):
    """What has happened to an end user and was not told yet happened in the same millisecond, by what its messages say."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Give every waiting event the moment of the latest. Source: webhooks.payload"""
        stage.collect_events()
        owner = stage.participant(self.twin)
        waiting = [parcel for parcel in stage.outbox if parcel.attempts == 0 and stage.owner_of(parcel.symbol) is owner]
        moment = max((parcel.event.publish_time for parcel in waiting), default=None)
        for parcel in waiting:
            parcel.event = msgspec.structs.replace(parcel.event, publish_time=moment)
