"""Does the app accept messages of the Link SDK only from the consent page?"""

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Journal, SdkMessagePassed
from fiskil_harness.journal.queries.state import Move, StateReader, equal_changes
from fiskil_harness.probes.probe import Finding, Probe


class TrustsConsentPageOnly(Probe, frozen=True, kw_only=True, tag="trusts_consent_page_only"):
    """Check that the app ignores messages of the Link SDK that come from a window of another origin.

    A foreign message must not change the app's state as the same message from the consent page does. If the message from the
    consent page changes nothing either, the result is INCONCLUSIVE.
    """

    needs = (EFFECTS,)
    around = ("return_to_tab", "foreign_sdk_message")
    expected = "no effect of a message whose origin is not the consent page's"
    source = "sdk.messages"
    fix = "before anything else, compare event.origin with the origin of auth_url, and event.source with the frame"

    def examine(self, journal: Journal) -> Finding:
        """Compare the effect of each foreign message with the effect of the same message from the consent page."""
        states = StateReader(journal)
        foreign = [message for message in journal.all(SdkMessagePassed) if not message.is_genuine]
        compared = 0
        for message in foreign:
            suspect = states.around(message.step, message.participant)
            genuine = _genuine_move(journal, states, message)
            if suspect is None or genuine is None:
                continue
            compared += 1
            paths = equal_changes(genuine, suspect)
            if paths:
                observed = f"a message from another origin changed the state as the consent page's message does: {paths[0]}"
                evidence = (f"posted message: {message.error_type or 'success'}",)
                return self.fails(observed, evidence=evidence)
        if not foreign:
            return self.inconclusive("no other window posted a message")
        if not compared:
            return self.inconclusive("the consent page's own message changed no state")
        return self.passes("messages from other windows changed nothing", examined=compared)


def _genuine_move(journal: Journal, states: StateReader, foreign: SdkMessagePassed) -> Move | None:
    """Return the states before and after a step in which the same message from the consent page changed the state.

    Return None if there is no such step.
    """
    for message in journal.all(SdkMessagePassed):
        if message.is_genuine and message.error_type == foreign.error_type:
            move = states.around(message.step, message.participant)
            if move and move[0] != move[1]:
                return move
    return None
