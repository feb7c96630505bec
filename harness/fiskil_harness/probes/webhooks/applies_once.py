"""Is every message applied at most once, however often it was delivered?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS, FAIL
from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.journal import DURING_KILL, Delivery, Journal
from fiskil_harness.journal.queries.deliveries import by_message, last_applied, line, uncut, why_busy
from fiskil_harness.journal.queries.failpoints import unfelt
from fiskil_harness.journal.queries.repetitions import MANY, cases_of, repeated
from fiskil_harness.journal.queries.twins import compare_twins
from fiskil_harness.probes.probe import PlainProbe


class AppliesOnce(PlainProbe, frozen=True, kw_only=True, tag="applies_once"):
    """No message id has more than one completed processing, in every interleaving (I2).

    An app that tells no counts is judged by twins: the one whose messages came repeatedly ends as the others.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "exactly one effect per message_id"
    source: ClassVar[str] = "webhooks.message-id"
    fix: ClassVar[str] = "claim message_id and apply its effect in one database transaction"

    def examine(self, journal: Journal) -> Finding:
        """Read the counts at the end against what was delivered more than once."""
        told = last_applied(journal)
        finding = self._by_twins(journal) if told is None else self._by_counts(journal, told)
        if finding.verdict is not Verdict.PASS:
            return finding
        if uncut(journal):
            return self.inconclusive(uncut(journal))
        reason = unfelt(journal)
        return self.inconclusive(reason, hook=FAIL) if reason else finding

    def _by_counts(self, journal: Journal, told: dict[str, int]) -> Finding:
        delivered = by_message(delivery for delivery in journal.all(Delivery) if delivery.kind in {"genuine", "replay"})
        cases = cases_of(repeated(journal, told))
        twice = {event: count for event, count in told.items() if count > 1 and event in delivered}
        amidst = {delivery.message_id for delivery in journal.all(Delivery) if delivery.name == DURING_KILL}
        if twice and not twice.keys() - amidst:
            seen = "a message that was under way when the app died was applied more than once"
            return self.fails(seen, examined=len(delivered), cases=cases)
        if twice:
            twice = {event: count for event, count in twice.items() if event not in amidst}
            event, count = min(twice.items(), key=lambda pair: journal.names.get(pair[0], pair[0]))
            is_race = any(delivery.group for delivery in delivered[event]) or MANY <= len(delivered[event]) != count
            often = "more than once" if is_race else f"{count} times"
            seen = f"message {journal.names.get(event, event)} was applied {often} ({_attempts(delivered[event])})"
            evidence = tuple(line(delivery) for delivery in delivered[event])
            return self.fails(seen, evidence=evidence, examined=len(delivered), cases=cases)
        again = [ones for ones in delivered.values() if len(ones) > 1 and told.get(ones[0].message_id, 0) == 1]
        if not again:
            return self.inconclusive("no message was delivered more than once and applied")
        reason, hook = why_busy(journal)
        if reason:
            return self.inconclusive(reason, hook=hook)
        seen = f"{len(again)} messages were delivered repeatedly and applied once"
        return self.passes(seen, examined=len(again), cases=cases)

    def _by_twins(self, journal: Journal) -> Finding:
        """Without counts: did repeating change anything?"""
        comparison = compare_twins(journal)
        if comparison.reason:
            seen = f"the effects hook tells no counts (applied), and {comparison.reason}"
            return self.inconclusive(seen, hook=comparison.hook or EFFECTS)
        deliveries = [
            delivery
            for delivery in journal.all(Delivery)
            if delivery.participant == "b" and delivery.kind in {"genuine", "replay"}
        ]
        again = [ones for ones in by_message(deliveries).values() if len(ones) > 1]
        if not again:
            return self.inconclusive("no message was delivered more than once")
        if comparison.differences:
            seen = f"after {len(again)} messages were delivered repeatedly the state is another than without"
            return self.fails(seen, evidence=comparison.differences, examined=len(again), advice=comparison.advice)
        if comparison.unnamed_counters:
            seen = f"a number at {comparison.unnamed_counters[0]} grows with every delivery, and may count effects or tries"
            return self.inconclusive(seen, hook=f"{EFFECTS}: applied", advice=comparison.advice)
        return self.passes(
            f"{len(again)} messages were delivered repeatedly and left the state as it is without",
            examined=len(again),
            advice=comparison.advice,
        )


def _attempts(deliveries: list[Delivery]) -> str:
    shown = deliveries[:4]
    attempts = " and ".join(f"{delivery.attempt}{' replayed' if delivery.kind == 'replay' else ''}" for delivery in shown)
    statuses = " and ".join(str(delivery.status) if delivery.status is not None else "no answer" for delivery in shown)
    more = f" and {len(deliveries) - 4} more" if len(deliveries) > 4 else ""
    return f"attempts {attempts}{more}, answered {statuses}"
