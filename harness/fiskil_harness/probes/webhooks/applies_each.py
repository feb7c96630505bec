"""Are messages that differ only in ``message_id`` applied as separate messages?"""

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Delivery, EventCreated, Journal
from fiskil_harness.journal.queries.api_calls import dataset_of, end_user_of, reads
from fiskil_harness.journal.queries.deliveries import describe, events_by_id, genuine, last_applied, why_busy
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

USED = "app.facts.uses_events"


class AppliesEach(Probe, frozen=True, kw_only=True, tag="applies_each"):
    """Check that each acknowledged message_id has its own effect, even if events are equal or ids are similar.

    If the effects hook reports no counts, the app must have read the dataset from the API after each event about it.
    """

    needs = (EFFECTS,)
    expected = "one effect for every message_id, compared as complete text"
    source = "webhooks.message-id"
    fix = "deduplicate by message_id as text, not by a hash of the event, a number or the consent"

    def examine(self, journal: Journal) -> Finding:
        """Find acknowledged messages with equal events or similar ids that were not applied."""
        events = events_by_id(journal)
        similar = [
            delivery
            for delivery in genuine(journal)
            if delivery.name and delivery.is_acknowledged and delivery.message_id in events
        ]
        if len(similar) < 2:
            return self.inconclusive("no two messages that look alike were acknowledged")
        counts = last_applied(journal)
        if counts is None:
            return self._by_reads(journal, similar, events)
        kinds = {events[message_id].kind for message_id, count in counts.items() if count and message_id in events}
        if not any(counts.get(delivery.message_id) for delivery in similar):
            return self.inconclusive("the app applies no event of that kind", hook=USED)
        # A kind that the app never applies cannot show that a message was treated as a duplicate.
        similar = [delivery for delivery in similar if events[delivery.message_id].kind in kinds]
        missing = [delivery for delivery in similar if not counts.get(delivery.message_id)]
        if missing and (busy := why_busy(journal)):
            return self.inconclusive(*busy)
        cases = _cases(similar, counts)
        if missing:
            observed = f"{len(missing)} of {len(similar)} acknowledged messages were treated as duplicates and not applied"
            evidence = tuple(map(describe, missing))
            return self.fails(observed, evidence=evidence, cases=cases)
        return self.passes(f"{len(similar)} messages that look alike were each applied", examined=len(similar), cases=cases)

    def _by_reads(self, journal: Journal, similar: list[Delivery], events: dict[str, EventCreated]) -> Finding:
        for delivery, following in zip(similar, [*similar[1:], None], strict=True):
            calls = reads(journal, dataset_of(events[delivery.message_id].kind), end_user_of(delivery))
            until_s = following.at_s if following else float("inf")
            if not any(delivery.at_s <= call.at_s < until_s for call in calls):
                return self.inconclusive("the effects hook reports no counts (applied)", hook=EFFECTS)
        return self.passes(
            f"{len(similar)} messages that look alike were each followed by an API call", examined=len(similar)
        )


def _cases(similar: list[Delivery], counts: dict[str, int]) -> tuple[Case, ...]:
    """Return one case for each kind of similarity; a case fails if its message was treated as a duplicate."""
    cases = {}
    for delivery in similar:
        is_applied = bool(counts.get(delivery.message_id))
        verdict = Verdict.PASS if is_applied else Verdict.FAIL
        observed = f"{delivery.name}: {'applied' if is_applied else 'treated as a duplicate'}"
        name = delivery.name.replace(" ", "_")
        cases[name] = Case(name=name, verdict=verdict, observed=observed, events=(delivery.event,))
    return tuple(cases.values())
