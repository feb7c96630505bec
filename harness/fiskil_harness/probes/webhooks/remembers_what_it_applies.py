"""Is the id that a message is remembered by the one that its effect is filed under?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.deliveries import last_applied, of_kind, response_text, why_busy
from fiskil_harness.probes.probe import PlainProbe

COUNTS = f"{EFFECTS}: applied"
FIRST, SECOND, THIRD = "repeated:0", "repeated:1", "repeated:2"


class RemembersWhatItApplies(PlainProbe, frozen=True, kw_only=True, tag="remembers_what_it_applies"):
    """Of two messages with message_id twice, the first of which is the same, a receiver takes the first ids or the last.

    It may refuse both. Who remembers one and applies the other applies one id twice, or loses a message as a duplicate of
    one that it never had.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "the id that is remembered is the id that is applied"
    source: ClassVar[str] = "webhooks.message-id"
    fix: ClassVar[str] = "parse the body once, and take message_id from that one result everywhere"

    def examine(self, journal: Journal) -> Finding:
        """Which of the three ids were applied, and how often?"""
        sent = [delivery for delivery in of_kind(journal, "unusual") if delivery.event in {SECOND, THIRD}]
        told = last_applied(journal)
        if len(sent) < 2:
            return self.inconclusive("no two messages with two ids were sent")
        if told is None:
            return self.inconclusive("the effects hook tells no counts (applied)", hook=COUNTS)
        counts = {journal.names.get(text, ""): count for text, count in told.items()}
        first, second, third = (counts.get(name, 0) for name in (FIRST, SECOND, THIRD))
        evidence = tuple(
            f"message_id twice, {delivery.event.replace(':', ' ')}: {response_text(delivery)}" for delivery in sent
        )
        if max(first, second, third) > 1:
            seen = "an id was applied twice: the receiver remembers the last of two ids and applies the first"
            return self.fails(seen, evidence=evidence, examined=len(sent))
        reason, hook = why_busy(journal)
        if reason:
            return self.inconclusive(reason, hook=hook)
        if second and not first and not third and all(delivery.outcome == "ack" for delivery in sent):
            seen = "a message was acknowledged and lost: the receiver remembers the first of two ids and applies the last"
            return self.fails(seen, evidence=evidence, examined=len(sent))
        return self.passes("two messages with message_id twice were taken for what they are, or refused", examined=len(sent))
