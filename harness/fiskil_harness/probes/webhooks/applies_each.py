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
        alike = [one for one in genuine(journal) if one.name and one.outcome == "ack" and one.message_id in events]
        if len(alike) < 2:
            return self.inconclusive("no two messages that look alike were acknowledged")
        told = last_applied(journal)
        if told is None:
            return self._by_interpretations(journal, alike, events)
        kinds = {events[one].kind for one, count in told.items() if count and one in events}
        if not any(told.get(one.message_id, 0) for one in alike):
            return self.inconclusive("the app applies no event of that kind", hook=USED)
        # Of a kind that was never applied, nobody can say that it was taken for another.
        alike = [one for one in alike if events[one.message_id].kind in kinds]
        missing = [one for one in alike if not told.get(one.message_id, 0)]
        reason, hook = why_busy(journal)
        if missing and reason:
            return self.inconclusive(reason, hook=hook)
        cases = _cases(alike, told)
        if missing:
            seen = f"{len(missing)} of {len(alike)} acknowledged messages were taken for another one and not applied"
            evidence = tuple(line(one) for one in missing)
            return self.fails(seen, evidence=evidence, examined=len(alike), cases=cases)
        return self.passes(f"{len(alike)} messages that look alike were each applied", examined=len(alike), cases=cases)

    def _by_interpretations(self, journal: Journal, alike: list[Delivery], events: dict[str, EventCreated]) -> Finding:
        for one, following in zip(alike, [*alike[1:], None], strict=True):
            made = reads(journal, dataset_of(events[one.message_id].kind), end_user_of(one))
            until_s = following.at_s if following else float("inf")
            if not any(one.at_s <= call.at_s < until_s for call in made):
                return self.inconclusive("the effects hook tells no counts (applied)", hook=EFFECTS)
        return self.passes(f"{len(alike)} messages that look alike were each followed by a reading", examined=len(alike))


def _cases(alike: list[Delivery], told: dict[str, int]) -> tuple[Case, ...]:
    """Each lookalike by its name: applied, or taken for another."""
    made = {}
    for one in alike:
        is_applied = bool(told.get(one.message_id, 0))
        verdict = Verdict.PASS if is_applied else Verdict.FAIL
        words = f"{one.name}: {'applied' if is_applied else 'taken for another'}"
        name = one.name.replace(" ", "_")
        made[name] = Case(name=name, verdict=verdict, observed=words, events=(one.event,))
    return tuple(made.values())
