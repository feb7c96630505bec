"""Does an end user who consented count as connected once the app was told, whatever became of their browser?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import CONNECTED
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal, Journey
from fiskil_harness.probes.consents.stays_unconnected import APPROVED
from fiskil_harness.probes.probe import PlainProbe


class ConnectsOnConsent(PlainProbe, frozen=True, kw_only=True, tag="connects_on_consent"):
    """At the end, who consented and of whose consent the app was told counts as connected, also without any callback.

    The scenario tells of the consent and of every dataset, so an app that waits for data before it says yes is right too.
    """

    expected: ClassVar[str] = "connected when consent.received was acknowledged, whether or not the browser came back"
    source: ClassVar[str] = "consents.received"
    fix: ClassVar[str] = "let consent.received alone decide, and let the callback do nothing but greet"

    def examine(self, journal: Journal) -> Finding:
        """Look at what the app tells in the end about each end user who consented."""
        told = {
            effects.participant: effects
            for effects in journal.all(Effects)
            if effects.moment == "end" and effects.is_connected is not None
        }
        if not told:
            return self.inconclusive("the app does not tell whether an end user is connected", hook=CONNECTED)
        consented = {journey.participant for journey in journal.all(Journey) if journey.ending == APPROVED}
        heard = {
            event.participant
            for event in journal.all(EventCreated)
            if event.kind == "consent.received" and _is_taken(journal, event)
        }
        examined = sorted(consented & heard & set(told))
        if not examined:
            return self.inconclusive("nobody consented of whom the app was told")
        for participant in examined:
            if not told[participant].is_idle:
                return self.inconclusive("the app was not at rest when it was asked")
            if not told[participant].is_connected:
                return self.fails(
                    "the app was told of a consent and does not count the end user as connected",
                    evidence=("consent.received was acknowledged, and every dataset after it",),
                    examined=len(examined),
                )
        return self.passes("who consented is connected", examined=len(examined))


def _is_taken(journal: Journal, event: EventCreated) -> bool:
    """Whether every message about the end user of *event* was acknowledged."""
    outcomes: dict[str, bool] = {}
    for delivery in journal.all(Delivery):
        if delivery.participant == event.participant:
            outcomes[delivery.message_id] = outcomes.get(delivery.message_id, False) or delivery.outcome == "ack"
    return bool(outcomes.get(event.message_id)) and all(outcomes.values())
