"""Is every message applied at most once, however often it is delivered?"""

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import DURING_KILL, Delivery, Journal
from fiskil_harness.journal.queries.deliveries import by_message, describe, last_applied, was_disturbed, why_busy
from fiskil_harness.journal.queries.failpoints import why_recovery_untested
from fiskil_harness.journal.queries.repetitions import MANY, cases_of, messages_between, repeated
from fiskil_harness.journal.queries.twins import compare_twins, was_reordered
from fiskil_harness.probes.probe import Finding, Probe, Verdict

IGNORE = "app.observe.ignore"
"""Setting for places in the state that count or list deliveries."""


class AppliesOnce(Probe, frozen=True, kw_only=True, tag="applies_once"):
    """Check that no message is applied more than once, however its deliveries overlap.

    Twins are compared too: a twin that got messages repeatedly must end in the same state as a twin that got each message
    once. Counts that the app reports do not replace this comparison.
    """

    needs = (EFFECTS,)
    expected = "exactly one effect per message_id"
    source = "webhooks.message-id"
    fix = "claim message_id and apply its effect in one database transaction"

    def examine(self, journal: Journal) -> Finding:
        """Look for messages that were applied more than once, according to the last counts that the app reported."""
        counts = last_applied(journal)
        finding = self._by_twins(journal) if counts is None else self._by_counts(journal, counts)
        if counts is not None and finding.verdict is Verdict.PASS:
            finding = self._unless_twins_differ(journal, finding)
        untested = why_recovery_untested(journal) if finding.verdict is Verdict.PASS else None
        return self.inconclusive(*untested) if untested else finding

    def _by_counts(self, journal: Journal, counts: dict[str, int]) -> Finding:
        delivered = by_message(delivery for delivery in journal.all(Delivery) if delivery.is_authentic)
        cases = cases_of(repeated(journal, counts))
        repeated_effects = {
            message_id: count for message_id, count in counts.items() if count > 1 and message_id in delivered
        }
        during_kill = {delivery.message_id for delivery in journal.all(Delivery) if delivery.name == DURING_KILL}
        if repeated_effects and not repeated_effects.keys() - during_kill:
            observed = "a message that was being delivered when the app was killed was applied more than once"
            return self.fails(observed, cases=cases)
        if repeated_effects:
            repeated_effects = {
                message_id: count for message_id, count in repeated_effects.items() if message_id not in during_kill
            }
            message_id, count = min(repeated_effects.items(), key=lambda pair: journal.names.get(pair[0], pair[0]))
            is_race = (
                any(delivery.group for delivery in delivered[message_id]) or MANY <= len(delivered[message_id]) != count
            )
            times = "more than once" if is_race else f"{count} times"
            attempts = _attempts(delivered[message_id])
            observed = f"message {journal.names.get(message_id, message_id)} was applied {times} ({attempts})"
            evidence = tuple(describe(delivery) for delivery in delivered[message_id])
            return self.fails(observed, evidence=evidence, cases=cases)
        repeated_deliveries = [
            deliveries
            for deliveries in delivered.values()
            if len(deliveries) > 1 and counts.get(deliveries[0].message_id, 0) == 1
        ]
        if not repeated_deliveries:
            return self.inconclusive("no message was delivered more than once and applied")
        if busy := why_busy(journal):
            return self.inconclusive(*busy)
        between = messages_between(journal)
        later = f", one of them after {between:,} other messages" if between else ""
        observed = f"{len(repeated_deliveries)} messages were delivered repeatedly and applied once{later}"
        return self.passes(observed, examined=len(repeated_deliveries), cases=cases)

    def _unless_twins_differ(self, journal: Journal, by_counts: Finding) -> Finding:
        """Return *by_counts*, or the finding for twins whose states contradict the counts that the app reports.

        Nothing is concluded from events that arrived out of order: they may be the reason for the difference.
        """
        if was_reordered(journal):
            return by_counts
        by_twins = self._by_twins(journal)
        if by_twins.verdict is Verdict.FAIL:
            observed = f"the app reports that it applied each message once, but {by_twins.observed}"
            return msgspec.structs.replace(by_twins, observed=observed)
        comparison = compare_twins(journal)
        if comparison.is_loss and comparison.differences:
            return by_twins
        if comparison.reason or not comparison.unnamed_counters:
            return by_counts
        return self.inconclusive(by_twins.observed, hook=IGNORE, advice=comparison.advice)

    def _by_twins(self, journal: Journal) -> Finding:
        """Return the finding for an app that reports no counts: FAIL if repeated deliveries changed the final state."""
        comparison = compare_twins(journal)
        if comparison.reason:
            observed = f"the effects hook reports no counts (applied), and {comparison.reason}"
            return self.inconclusive(observed, hook=comparison.hook or EFFECTS)
        deliveries = [
            delivery for delivery in journal.all(Delivery) if delivery.participant == "b" and delivery.is_authentic
        ]
        repeated_deliveries = [
            deliveries_of_one for deliveries_of_one in by_message(deliveries).values() if len(deliveries_of_one) > 1
        ]
        if not repeated_deliveries:
            return self.inconclusive("no message was delivered more than once")
        if comparison.differences and comparison.is_loss and was_disturbed(journal):
            return self.inconclusive("rows are missing, which the disturbance explains as well as the repetitions do")
        if comparison.differences:
            observed = f"the state differs after {len(repeated_deliveries)} messages were delivered repeatedly"
            return self.fails(observed, evidence=comparison.differences, advice=comparison.advice)
        if comparison.unnamed_counters:
            place = comparison.unnamed_counters[0]
            observed = f"what is at {place} grows with every delivery: it may count effects or attempts"
            return self.inconclusive(observed, hook=f"{EFFECTS}: applied", advice=comparison.advice)
        return self.passes(
            f"{len(repeated_deliveries)} messages were delivered repeatedly, and the repetitions did not change the state",
            examined=len(repeated_deliveries),
            advice=comparison.advice,
        )


def _attempts(deliveries: list[Delivery]) -> str:
    first_four = deliveries[:4]
    attempts = " and ".join(
        f"{delivery.attempt}{' replayed' if delivery.kind == 'replay' else ''}" for delivery in first_four
    )
    statuses = " and ".join(str(delivery.status) if delivery.status is not None else "none" for delivery in first_four)
    more = f" and {len(deliveries) - 4} more" if len(deliveries) > 4 else ""
    return f"attempts {attempts}{more}, responses {statuses}"
