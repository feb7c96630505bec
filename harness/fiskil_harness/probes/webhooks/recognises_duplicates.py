"""Is a repeated message recognised, whatever the encoding of its signature and its unsigned headers?"""

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import case_of, describe, last_applied, of_kind, readable, why_busy
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

PLAIN = "plain"
COUNTS = f"{EFFECTS}: applied"


class RecognisesDuplicates(Probe, frozen=True, kw_only=True, tag="recognises_duplicates"):
    """Check that a repeated message is not applied again, whatever its signature's encoding and unsigned headers.

    Each variant of the repetition is a case. If the app applies even an unchanged repetition again, the other variants are
    INCONCLUSIVE.
    """

    needs = (EFFECTS,)
    expected = "one effect, whatever the encoding of the signature and the unsigned headers"
    source = "webhooks.message-id"
    fix = "deduplicate by message_id from the signed body, not by the signature or a header"

    def examine(self, journal: Journal) -> Finding:
        """Count the effects of each repeated message."""
        repetitions = [delivery for delivery in of_kind(journal, "replay") if delivery.name]
        applied = last_applied(journal)
        if not repetitions:
            return self.inconclusive("no message was repeated in another variant")
        if applied is None:
            return self.inconclusive("the effects hook reports no counts (applied)", hook=COUNTS)
        counts = {delivery.name: applied.get(delivery.message_id, 0) for delivery in repetitions}
        cases = tuple(_case(delivery, counts) for delivery in repetitions)
        repeated_effects = [delivery for delivery in repetitions if counts[delivery.name] > 1]
        if repeated_effects:
            first = repeated_effects[0]
            observed = (
                f"message {first.event} was applied {counts[first.name]} times: it was repeated {_variant(first.name)}"
            )
            more = f", and {len(repeated_effects) - 1} more" if repeated_effects[1:] else ""
            return self.fails(observed + more, evidence=tuple(map(describe, repeated_effects)), cases=cases)
        if not any(counts.values()):
            return self.inconclusive("none of the repeated messages was applied", hook=EFFECTS)
        if busy := why_busy(journal):
            return self.inconclusive(*busy)
        return self.passes(f"{len(repetitions)} repeated messages were applied once", examined=len(repetitions), cases=cases)


def _case(delivery: Delivery, counts: dict[str, int]) -> Case:
    verdict = Verdict.PASS if counts[delivery.name] == 1 else Verdict.INCONCLUSIVE
    if counts[delivery.name] > 1:
        recognises_plain = delivery.name == PLAIN or counts.get(PLAIN, 1) == 1
        verdict = Verdict.FAIL if recognises_plain else Verdict.INCONCLUSIVE
    return case_of(delivery, verdict, f"applied {counts[delivery.name]} times")


def _variant(name: str) -> str:
    return "unchanged" if name == PLAIN else f"as {readable(name)}"
