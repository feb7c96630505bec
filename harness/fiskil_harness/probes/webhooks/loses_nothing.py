"""Is everything applied that was acknowledged?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS, FAIL
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal, Limits, Started, UsedEvents
from fiskil_harness.journal.queries.api_calls import LOCKED_OUT, end_user_of, was_locked_out
from fiskil_harness.journal.queries.deliveries import (
    applied,
    bites_during,
    by_message,
    events_by_id,
    genuine,
    response_text,
    uncut,
    was_disturbed,
    was_ordered,
    why_busy,
)
from fiskil_harness.journal.queries.failpoints import unfelt
from fiskil_harness.journal.queries.losses import CUT_OFF, cases_of, classify
from fiskil_harness.journal.queries.state import StateReader, differing
from fiskil_harness.journal.queries.twins import compare_twins
from fiskil_harness.probes.probe import PlainProbe

USED = "app.facts.uses_events"
LONG_S = 8.0


class LosesNothing(PlainProbe, frozen=True, kw_only=True, tag="loses_nothing"):
    """What the app acknowledged and says it uses is applied in the end, also after kill -9 (I3) and after a refusal (I4).

    A message that is refused up to its last attempt, though others are taken, is lost as well (I9). An app that tells no
    counts is judged by twins.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "every acknowledged message applied, and every message acknowledged by its last attempt"
    source: ClassVar[str] = "webhooks.success"
    fix: ClassVar[str] = "store the message durably before you answer 2xx, and answer 5xx when you could not"

    def examine(self, journal: Journal) -> Finding:
        """Compare what was acknowledged with the counts at the end."""
        finding = self._compared(journal)
        if finding.verdict is Verdict.FAIL and was_locked_out(journal, _end_users(journal)):
            return self.inconclusive(LOCKED_OUT)
        if finding.verdict is not Verdict.PASS:
            return finding
        if uncut(journal):
            return self.inconclusive(uncut(journal))
        reason = unfelt(journal)
        return self.inconclusive(reason, hook=FAIL) if reason else finding

    def _compared(self, journal: Journal) -> Finding:
        given_up = _given_up(journal)
        if given_up:
            seen = f"{len(given_up)} messages were refused up to their last attempt, and so are lost"
            cases = cases_of(journal, lost=given_up, kept=())
            return self.fails(seen, evidence=tuple(given_up.values()), cases=cases)
        told = applied(journal)
        if told is None:
            return self._by_twins(journal, "the effects hook tells no counts (applied)")
        if told.was_reset:
            return self._after_reset(journal)
        return self._by_counts(journal, told.counts)

    def _by_counts(self, journal: Journal, told: dict[str, int]) -> Finding:
        acknowledged = _acknowledged(journal)
        used = _kinds_applied(journal, told)
        missing = [event for event in acknowledged if not told.get(event.message_id, 0)]
        lost = [event for event in missing if event.is_subscribed or event.kind in used]
        kept = [event.message_id for event in acknowledged if told.get(event.message_id, 0)]
        cases = cases_of(journal, lost=[event.message_id for event in lost], kept=kept)
        reason, hook = why_busy(journal)
        if lost and reason and not _was_overtaken(journal, lost[0], told):
            return self.inconclusive(reason, hook=hook)
        if lost:
            seen, evidence = _told(journal, lost, len(acknowledged))
            return self.fails(seen, evidence=evidence, examined=len(acknowledged), cases=cases)
        hook = "" if journal.all(UsedEvents) else USED
        if missing and hook:
            kinds = ", ".join(sorted({event.kind for event in missing}))
            return self.inconclusive(f"acknowledged and not applied, perhaps on purpose: {kinds}", hook=hook)
        if not kept:
            return self.inconclusive("no message that the app uses was acknowledged", hook=hook)
        return self.passes(f"{len(kept)} acknowledged messages were applied", examined=len(kept), cases=cases)

    def _after_reset(self, journal: Journal) -> Finding:
        """Counts that are gone after a kill prove nothing; a state that is gone does."""
        gone = _forgotten(journal)
        if gone:
            seen = "what was applied before the app was killed is gone"
            cases = (Case(name="killed", verdict=Verdict.FAIL, observed=seen),)
            return self.fails(seen, evidence=gone, examined=len(gone), cases=cases)
        return self._by_twins(journal, "the effects hook forgets its counts when the app is killed")

    def _by_twins(self, journal: Journal, why: str) -> Finding:
        comparison = compare_twins(journal)
        if comparison.reason:
            return self.inconclusive(f"{why}, and {comparison.reason}", hook=comparison.hook or EFFECTS)
        if comparison.differences:
            seen = "after messages that were disturbed on their way the state is another than without"
            cases = cases_of(journal, lost=_disturbed(journal), kept=())
            return self.fails(seen, evidence=comparison.differences, advice=comparison.advice, cases=cases)
        seen = f"the state is the same with and without disturbance, at {comparison.compared} places"
        cases = cases_of(journal, lost=(), kept=_disturbed(journal))
        return self.passes(seen, examined=comparison.compared, advice=comparison.advice, cases=cases)


def _told(journal: Journal, lost: list[EventCreated], acknowledged: int) -> tuple[str, tuple[str, ...]]:
    """What was lost, in words and by name; what only chance has lost has neither number nor name."""
    known = classify(journal)
    sure = [event for event in lost if known.get(event.message_id) != CUT_OFF]
    if not sure:
        return "messages that were under way when the app died were acknowledged afterwards and never applied", ()
    seen = f"{len(sure)} of {acknowledged} acknowledged messages were never applied"
    return seen, tuple(f"lost {event.event} {event.kind}" for event in sure)


def _end_users(journal: Journal) -> set[str]:
    return {end_user_of(delivery) for delivery in genuine(journal)} - {""}


def _acknowledged(journal: Journal) -> list[EventCreated]:
    """The events whose messages were acknowledged at least once, in order."""
    events = events_by_id(journal)
    ids = {
        delivery.message_id
        for delivery in journal.all(Delivery)
        if delivery.outcome == "ack" and delivery.kind in {"genuine", "replay"}
    }
    return [event for message_id, event in events.items() if message_id in ids]


def _was_overtaken(journal: Journal, lost: EventCreated, told: dict[str, int]) -> bool:
    """Whether an app that does not tell what is pending has plainly forgotten a message.

    It stood still for a long time, a message that it acknowledged later was applied, and nothing was broken: no queue that
    anybody runs is as late as that.
    """
    ends = {effects.participant: effects for effects in journal.all(Effects)}
    waited_s = min((end.unchanged_s for end in ends.values() if end.pending is None and not end.is_idle), default=0.0)
    if waited_s < LONG_S or was_disturbed(journal):
        return False
    taken = [
        delivery
        for delivery in journal.all(Delivery)
        if delivery.outcome == "ack" and delivery.kind in {"genuine", "replay"}
    ]
    last_s = max(delivery.at_s for delivery in taken if delivery.message_id == lost.message_id)
    return any(delivery.at_s > last_s and told.get(delivery.message_id, 0) for delivery in taken)


def _kinds_applied(journal: Journal, told: dict[str, int]) -> set[str]:
    """The kinds of events of which one was applied, which the app therefore uses."""
    events = events_by_id(journal)
    return {events[text].kind for text, count in told.items() if count and text in events}


def _forgotten(journal: Journal) -> tuple[str, ...]:
    """Where the state of a twin that was told nothing since the kill is another than before it."""
    killed_s = next((started.at_s for started in journal.all(Started) if started.how == "kill"), 0.0)
    comparison = compare_twins(journal)
    reading = StateReader(journal)
    before = [
        effects
        for effects in journal.all(Effects)
        if effects.participant == "a" and effects.at_s < killed_s and effects.state is not None
    ]
    after = [
        effects
        for effects in journal.all(Effects)
        if effects.participant == "a" and effects.at_s > killed_s and effects.state is not None
    ]
    if not before or not after:
        return ()
    changed = differing(reading.leaves(before[-1].state), reading.leaves(after[-1].state))
    return tuple(sorted(changed - set(comparison.volatile)))


def _disturbed(journal: Journal) -> list[str]:
    """The messages of the twin that was told otherwise than in order."""
    return [event.message_id for event in journal.all(EventCreated) if event.participant == "b"]


def _given_up(journal: Journal) -> dict[str, str]:
    """Messages that Fiskil would discard now, though nothing was broken at the last attempt and others were taken."""
    made = genuine(journal)
    if not any(delivery.outcome == "ack" for delivery in made):
        return {}
    events = events_by_id(journal)
    last_attempt = max((limits.last_attempt for limits in journal.all(Limits)), default=5)
    lost = {}
    for message_id, ones in by_message(made).items():
        last = ones[-1]
        is_over = last.attempt >= last_attempt and all(delivery.outcome == "refuse" for delivery in ones)
        if is_over and message_id in events and not bites_during(journal, last) and not was_ordered(journal, last):
            what = f"refused {last.event} {events[message_id].kind}"
            lost[message_id] = f"{what} at attempt {last.attempt}: {response_text(last)}"
    return lost
