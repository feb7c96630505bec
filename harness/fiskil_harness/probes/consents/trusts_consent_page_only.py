"""Does the app heed what the consent page posts, and nobody else?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal, SdkMessagePassed
from fiskil_harness.journal.queries.state import Move, StateReader, moved_alike
from fiskil_harness.probes.probe import PlainProbe


class TrustsConsentPageOnly(PlainProbe, frozen=True, kw_only=True, tag="trusts_consent_page_only"):
    """What a window of another origin posts does not move the state as the consent page's message moves another's.

    That message must be seen to move something, or else standing still proves nothing.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("return_to_tab", "foreign_sdk_message")
    expected: ClassVar[str] = "no effect of a message whose origin is not the consent page's"
    source: ClassVar[str] = "sdk.messages"
    fix: ClassVar[str] = (
        "compare event.origin with the origin of auth_url, and event.source with the frame, before anything else"
    )

    def examine(self, journal: Journal) -> Finding:
        """Hold each stranger's message against the same words of the consent page."""
        reading = StateReader(journal)
        strange = [
            sdk_message_passed for sdk_message_passed in journal.all(SdkMessagePassed) if not sdk_message_passed.is_genuine
        ]
        compared = 0
        for sdk_message_passed in strange:
            suspect = reading.around(sdk_message_passed.step, sdk_message_passed.participant)
            known = _genuine_move(journal, reading, sdk_message_passed)
            if suspect is None or known is None:
                continue
            compared += 1
            paths = moved_alike(known, suspect)
            if paths:
                seen = f"a window of another origin moved the state as the consent page does: {paths[0]}"
                return self.fails(
                    seen, evidence=(f"it posted {sdk_message_passed.error_type or 'a success'}",), examined=len(strange)
                )
        if not strange:
            return self.inconclusive("no other window posted anything")
        if not compared:
            return self.inconclusive("the consent page's own message was not seen to move anything")
        return self.passes("what another window posted moved nothing", examined=compared)


def _genuine_move(journal: Journal, reading: StateReader, strange: SdkMessagePassed) -> Move | None:
    """The state before and after a step in which the consent page posted the same."""
    for sdk_message_passed in journal.all(SdkMessagePassed):
        if sdk_message_passed.is_genuine and sdk_message_passed.error_type == strange.error_type:
            around = reading.around(sdk_message_passed.step, sdk_message_passed.participant)
            if around and around[0] != around[1]:
                return around
    return None
