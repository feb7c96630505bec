"""Is a message known again, however its signature is spelt and whatever unsigned headers say?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import last_applied, line, of_kind, why_busy
from fiskil_harness.probes.probe import PlainProbe

PLAIN = "plain"
COUNTS = f"{EFFECTS}: applied"


class RecognisesDuplicates(PlainProbe, frozen=True, kw_only=True, tag="recognises_duplicates"):
    """No message that came again is applied again, in whatever spelling and beside whatever headers it came (I2, I13).

    Each spelling has a case of its own; where the plain repetition is applied again already, the others tell nothing more.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "one effect, however the signature is spelt and whatever headers say that nobody signed"
    source: ClassVar[str] = "webhooks.message-id"
    fix: ClassVar[str] = "remember message_id from the signed body, not the signature, and no header"

    def examine(self, journal: Journal) -> Finding:
        """Count the effects of each message that came again."""
        again = [delivery for delivery in of_kind(journal, "replay") if delivery.name]
        told = last_applied(journal)
        if not again:
            return self.inconclusive("no message came again in another spelling")
        if told is None:
            return self.inconclusive("the effects hook tells no counts (applied)", hook=COUNTS)
        counts = {delivery.name: told.get(delivery.message_id, 0) for delivery in again}
        cases = tuple(_case(delivery, counts) for delivery in again)
        twice = [delivery for delivery in again if counts[delivery.name] > 1]
        if twice:
            seen = (
                f"message {twice[0].event} was applied {counts[twice[0].name]} times: it came again {_words(twice[0].name)}"
            )
            more = f", and {len(twice) - 1} more" if twice[1:] else ""
            return self.fails(seen + more, evidence=tuple(map(line, twice)), examined=len(again), cases=cases)
        if not any(counts.values()):
            return self.inconclusive("none of the messages that came again was applied at all", hook=EFFECTS)
        reason, hook = why_busy(journal)
        if reason:
            return self.inconclusive(reason, hook=hook)
        return self.passes(f"{len(again)} messages came again and were applied once", examined=len(again), cases=cases)


def _case(one: Delivery, counts: dict[str, int]) -> Case:
    verdict = Verdict.PASS if counts[one.name] == 1 else Verdict.INCONCLUSIVE
    if counts[one.name] > 1:
        is_plain_known = one.name == PLAIN or counts.get(PLAIN, 1) == 1
        verdict = Verdict.FAIL if is_plain_known else Verdict.INCONCLUSIVE
    return Case(name=one.name, verdict=verdict, observed=f"applied {counts[one.name]} times", events=(one.event,))


def _words(name: str) -> str:
    return "as it was" if name == PLAIN else f"as {name.replace('_', ' ')}"
