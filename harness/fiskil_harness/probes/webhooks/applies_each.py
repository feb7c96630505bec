"""Are two messages that differ in ``message_id`` alone two messages?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, EventCreated, Journal
from fiskil_harness.journal.queries.api_calls import dataset_of, end_user_of, reads
from fiskil_harness.journal.queries.deliveries import events_by_id, genuine, last_applied, line, why_busy
from fiskil_harness.probes.probe import PlainProbe

USED = "app.facts.uses_events"


class AppliesEach(PlainProbe, frozen=True, kw_only=True, tag="applies_each"):
    """Each acknowledged id has its own effect, though the facts are the same or the ids look alike.

    Without counts, a reading of the dataset after each of its events shows it.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "one effect for every message_id, compared as text and as a whole"
    source: ClassVar[str] = "webhooks.message-id"
    fix: ClassVar[str] = "remember message_id itself, as text; not a hash of the facts, not a number, not the consent"

    def examine(self, journal: Journal) -> Finding:
        """Look at the counts of the lookalikes."""
        events = events_by_id(journal)
        alike = [
            delivery
            for delivery in genuine(journal)
            if delivery.name and delivery.outcome == "ack" and delivery.message_id in events
        ]
        if len(alike) < 2:
            return self.inconclusive("no two messages that look alike were acknowledged")
        told = last_applied(journal)
        if told is None:
            return self._by_interpretations(journal, alike, events)
        kinds = {events[text].kind for text, count in told.items() if count and text in events}
        if not any(told.get(delivery.message_id, 0) for delivery in alike):
            return self.inconclusive("the app applies no event of that kind", hook=USED)
        # Of a kind that was never applied, nobody can say that it was taken for another.
        alike = [delivery for delivery in alike if events[delivery.message_id].kind in kinds]
        missing = [delivery for delivery in alike if not told.get(delivery.message_id, 0)]
        reason, hook = why_busy(journal)
        if missing and reason:
            return self.inconclusive(reason, hook=hook)
        cases = _cases(alike, told)
        if missing:
            seen = f"{len(missing)} of {len(alike)} acknowledged messages were taken for another one and not applied"
            evidence = tuple(line(delivery) for delivery in missing)
            return self.fails(seen, evidence=evidence, examined=len(alike), cases=cases)
        return self.passes(f"{len(alike)} messages that look alike were each applied", examined=len(alike), cases=cases)

    def _by_interpretations(self, journal: Journal, alike: list[Delivery], events: dict[str, EventCreated]) -> Finding:
        for delivery, following in zip(alike, [*alike[1:], None], strict=True):
            made = reads(journal, dataset_of(events[delivery.message_id].kind), end_user_of(delivery))
            until_s = following.at_s if following else float("inf")
            if not any(delivery.at_s <= call.at_s < until_s for call in made):
                return self.inconclusive("the effects hook tells no counts (applied)", hook=EFFECTS)
        return self.passes(f"{len(alike)} messages that look alike were each followed by a reading", examined=len(alike))


def _cases(alike: list[Delivery], told: dict[str, int]) -> tuple[Case, ...]:
    """Each lookalike by its name: applied, or taken for another."""
    made = {}
    for delivery in alike:
        is_applied = bool(told.get(delivery.message_id, 0))
        verdict = Verdict.PASS if is_applied else Verdict.FAIL
        words = f"{delivery.name}: {'applied' if is_applied else 'taken for another'}"
        name = delivery.name.replace(" ", "_")
        made[name] = Case(name=name, verdict=verdict, observed=words, events=(delivery.event,))
    return tuple(made.values())
