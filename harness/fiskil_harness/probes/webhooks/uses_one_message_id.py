"""Does the app deduplicate and apply a message by the same id, if its body contains two?"""

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.deliveries import last_applied, of_kind, response_text, why_busy
from fiskil_harness.probes.probe import Finding, Probe

COUNTS = f"{EFFECTS}: applied"
FIRST, SECOND, THIRD = "repeated:0", "repeated:1", "repeated:2"


class UsesOneMessageId(Probe, frozen=True, kw_only=True, tag="uses_one_message_id"):
    """Check that the app deduplicates and applies a message by the same id, if its body contains message_id twice.

    Two such messages are sent, whose first ids are equal. The app may use the first ids, use the last ids, or refuse both
    messages. An app that deduplicates by one id and applies the other applies an id twice or loses a message.
    """

    needs = (EFFECTS,)
    expected = "the same message_id for deduplication and for the effect"
    source = "webhooks.message-id"
    fix = "parse the body once, and use message_id from that result everywhere"

    def examine(self, journal: Journal) -> Finding:
        """Count how often each of the three ids was applied."""
        sent = [delivery for delivery in of_kind(journal, "unusual") if delivery.event in {SECOND, THIRD}]
        applied = last_applied(journal)
        if len(sent) < 2:
            return self.inconclusive("fewer than two messages that contain message_id twice were sent")
        if applied is None:
            return self.inconclusive("the effects hook reports no counts (applied)", hook=COUNTS)
        counts = {journal.names.get(message_id, ""): count for message_id, count in applied.items()}
        first, second, third = (counts.get(name, 0) for name in (FIRST, SECOND, THIRD))
        evidence = tuple(
            f"message_id twice, {delivery.event.replace(':', ' ')}: {response_text(delivery)}" for delivery in sent
        )
        if max(first, second, third) > 1:
            observed = "an id was applied twice: the receiver deduplicates by the last of two ids and applies the first"
            return self.fails(observed, evidence=evidence)
        if busy := why_busy(journal):
            return self.inconclusive(*busy)
        if second and not first and not third and all(delivery.is_acknowledged for delivery in sent):
            observed = (
                "a message was acknowledged and lost: the receiver deduplicates by the first of two ids and applies the last"
            )
            return self.fails(observed, evidence=evidence)
        return self.passes("two messages with message_id twice were processed consistently or refused", examined=len(sent))
