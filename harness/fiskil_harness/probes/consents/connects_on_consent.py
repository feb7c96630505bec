"""Does the app treat an end user as connected after the event about the consent, even if the browser never returned?"""

from fiskil_harness.core.config.hooks import CONNECTED
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal, Journey
from fiskil_harness.probes.probe import Finding, Probe


class ConnectsOnConsent(Probe, frozen=True, kw_only=True, tag="connects_on_consent"):
    """Check that each end user is connected at the end if the app acknowledged the event about their consent.

    The browser need not have returned to the app. The scenario delivers the events of the consent and of every dataset, so
    an app that connects an end user only when data is available passes too.
    """

    observes = (CONNECTED,)
    expected = "connected when consent.received was acknowledged, whether or not the browser returned"
    source = "consents.received"
    fix = "connect the end user on consent.received only, and let the callback change no state"

    def examine(self, journal: Journal) -> Finding:
        """Check the last state of each end user who consented."""
        last_states = {
            effects.participant: effects
            for effects in journal.all(Effects)
            if effects.is_final and effects.is_connected is not None
        }
        if not last_states:
            return self.inconclusive("the app does not report whether an end user is connected", hook=CONNECTED)
        consented = {journey.participant for journey in journal.all(Journey) if journey.is_approved}
        notified = {
            event.participant
            for event in journal.all(EventCreated)
            if event.kind == "consent.received" and _is_acknowledged(journal, event)
        }
        examined = sorted(consented & notified & set(last_states))
        if not examined:
            return self.inconclusive("the app was notified of no consent that was granted")
        for participant in examined:
            if not last_states[participant].is_idle:
                return self.inconclusive("the app was still busy when its state was read")
            if not last_states[participant].is_connected:
                return self.fails(
                    "the app acknowledged a consent but does not treat the end user as connected",
                    evidence=("consent.received and every later event were acknowledged",),
                )
        return self.passes("every end user who consented is connected", examined=len(examined))


def _is_acknowledged(journal: Journal, event: EventCreated) -> bool:
    """Return True if the message of *event* and every other message about its end user were acknowledged."""
    outcomes: dict[str, bool] = {}
    for delivery in journal.all(Delivery):
        if delivery.participant == event.participant:
            outcomes[delivery.message_id] = outcomes.get(delivery.message_id, False) or delivery.is_acknowledged
    return bool(outcomes.get(event.message_id)) and all(outcomes.values())
