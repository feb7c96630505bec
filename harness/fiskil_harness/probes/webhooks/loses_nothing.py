"""Is every acknowledged message applied?"""

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal, Limits, ProcessChanged, UsedEvents
from fiskil_harness.journal.queries.api_calls import TOKEN_NOT_RENEWED, end_user_of, has_unrenewed_token
from fiskil_harness.journal.queries.deliveries import (
    applied,
    bites_during,
    by_message,
    events_by_id,
    genuine,
    requests_pause,
    response_text,
    was_disturbed,
    was_requested_failure,
    why_busy,
)
from fiskil_harness.journal.queries.failpoints import why_recovery_untested
from fiskil_harness.journal.queries.losses import CUT_OFF, PLAIN, cases_of, classify
from fiskil_harness.journal.queries.lost_rows import LostRows, lost_rows
from fiskil_harness.journal.queries.overdue import is_overdue
from fiskil_harness.journal.queries.recovery import cannot_reach_api, is_abandoned, stays_down
from fiskil_harness.journal.queries.rows import last_effects, snapshots
from fiskil_harness.journal.queries.state import StateReader, differing
from fiskil_harness.journal.queries.twins import compare_twins, was_reordered
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

USED = "app.facts.uses_events"
LONG_S = 8.0
EVERY_MESSAGE = "every_message"
"""Name of the case that fails if the receiver applied no message, although some were delivered without disturbance."""


START_FIX = "let the app start whatever a kill left behind: write a file under another name, then rename it"


class LosesNothing(Probe, frozen=True, kw_only=True, tag="loses_nothing"):
    """Check that every acknowledged message is applied if the app uses its event, even after kill -9 or a refusal.

    A message is also lost if it is refused up to its last attempt, although other messages are acknowledged. Every message
    is lost if the app does not start again after a kill. The states of twins with and without disturbed deliveries are
    compared too, whatever counts the app reports.
    """

    needs = (EFFECTS,)
    expected = "every acknowledged message applied, and every message acknowledged by its last attempt"
    source = "webhooks.success"
    fix = "store the message durably before you respond with 2xx, and respond with 5xx if you cannot"

    def examine(self, journal: Journal) -> Finding:
        """Look for acknowledged messages that were not applied, according to the last counts that the app reported."""
        if stays_down(journal):
            return self._of_dead_app()
        finding = self._compare(journal)
        end_users = {end_user_of(delivery) for delivery in genuine(journal)} - {""}
        if finding.verdict is Verdict.FAIL and has_unrenewed_token(journal, end_users):
            return self.inconclusive(TOKEN_NOT_RENEWED)
        if finding.verdict is Verdict.FAIL and cannot_reach_api(journal):
            return self.inconclusive("the app trusts no certificate of the local Fiskil, so it could read nothing")
        if finding.verdict is Verdict.PASS and (postponed := _refused_to_the_end(journal, is_pause=True)):
            return self.inconclusive(
                f"{len(postponed)} messages were postponed at their last attempt, so they were never applied"
            )
        untested = why_recovery_untested(journal) if finding.verdict is Verdict.PASS else None
        return self.inconclusive(*untested) if untested else finding

    def _of_dead_app(self) -> Finding:
        """Return the FAIL of an app that never starts again, so it applies no message that it acknowledged."""
        observed = "the app does not start again after a kill: it exits, although it started before"
        cases = (Case(name="started_again", verdict=Verdict.FAIL, observed=observed),)
        return msgspec.structs.replace(self.fails(observed, cases=cases), fix=START_FIX)

    def _compare(self, journal: Journal) -> Finding:
        given_up = _refused_to_the_end(journal, is_pause=False)
        if given_up:
            observed = f"{len(given_up)} messages were refused up to their last attempt, so they are lost"
            cases = cases_of(journal, lost=given_up, applied=())
            return self.fails(observed, evidence=tuple(given_up.values()), cases=cases)
        last = applied(journal)
        if last is None:
            return self._by_twins(journal, "the effects hook reports no counts (applied)")
        if last.was_reset:
            return self._after_reset(journal)
        finding = self._by_counts(journal, last.counts)
        if finding.verdict is not Verdict.PASS:
            return finding
        lost = lost_rows(journal, last.counts)
        return self._fails_by_rows(journal, lost) if lost else self._unless_twins_differ(journal, finding)

    def _fails_by_rows(self, journal: Journal, lost: LostRows) -> Finding:
        """Return the FAIL of an app whose state lacks rows of a message that it reports as applied."""
        observed = (
            f"the app reports every message as applied, but has {lost.held} {lost.dataset} of twin {lost.participant}, "
            f"and {lost.held_by_twins} of each other twin"
        )
        evidence = tuple(f"lost {event.event} {event.kind}" for event in dict.fromkeys(lost.events))
        cases = cases_of(journal, lost=[event.message_id for event in lost.events], applied=())
        return self.fails(observed, evidence=evidence, cases=cases)

    def _unless_twins_differ(self, journal: Journal, by_counts: Finding) -> Finding:
        """Return *by_counts*, or a FAIL if the state of a disturbed twin contradicts the counts that the app reports.

        Nothing is concluded from events that arrived out of order: they may be the reason for the difference.
        """
        if was_reordered(journal):
            return by_counts
        by_twins = self._by_twins(journal, "")
        if by_twins.verdict is not Verdict.FAIL:
            return by_counts
        observed = f"the app reports every message as applied, but {by_twins.observed}"
        return msgspec.structs.replace(by_twins, observed=observed)

    def _by_counts(self, journal: Journal, counts: dict[str, int]) -> Finding:
        acknowledged = _acknowledged(journal)
        applied_kinds = _kinds_applied(journal, counts)
        missing = [event for event in acknowledged if not counts.get(event.message_id, 0)]
        lost = [event for event in missing if event.is_subscribed or event.kind in applied_kinds]
        applied_ids = [event.message_id for event in acknowledged if counts.get(event.message_id, 0)]
        busy = why_busy(journal)
        if lost and busy and not _was_overtaken(journal, lost[0], counts):
            lost = [event for event in lost if is_overdue(journal, event) or _is_abandoned(journal, event)]
            if not lost:
                return self.inconclusive(*busy)
        cases = cases_of(journal, lost=[event.message_id for event in lost], applied=applied_ids)
        if lost:
            observed, evidence = _lost_text(journal, lost, len(acknowledged))
            if not applied_ids and any(case.name == PLAIN for case in cases):
                cases = (Case(name=EVERY_MESSAGE, verdict=Verdict.FAIL, observed="no message was applied"), *cases)
            return self.fails(observed, evidence=evidence, cases=cases)
        hook = "" if journal.all(UsedEvents) else USED
        if missing and hook:
            kinds = ", ".join(sorted({event.kind for event in missing}))
            return self.inconclusive(
                f"acknowledged but not applied, perhaps because the app does not use them: {kinds}", hook=hook
            )
        if not applied_ids:
            return self.inconclusive("no message that the app uses was acknowledged", hook=hook)
        return self.passes(f"{len(applied_ids)} acknowledged messages were applied", examined=len(applied_ids), cases=cases)

    def _after_reset(self, journal: Journal) -> Finding:
        """Return the finding for an app that lost its counts when it was killed: FAIL if it lost its state too."""
        changed = _changed_after_kill(journal)
        if changed:
            observed = "effects that were applied before the app was killed are lost"
            cases = (Case(name="killed", verdict=Verdict.FAIL, observed=observed),)
            return self.fails(observed, evidence=changed, cases=cases)
        return self._by_twins(journal, "the effects hook loses its counts when the app is killed")

    def _by_twins(self, journal: Journal, reason: str) -> Finding:
        comparison = compare_twins(journal)
        if comparison.reason:
            return self.inconclusive(f"{reason}, and {comparison.reason}", hook=comparison.hook or EFFECTS)
        if comparison.differences:
            observed = "the state differs after messages whose delivery was disturbed"
            cases = cases_of(journal, lost=_ids_of_disturbed_twin(journal), applied=())
            return self.fails(observed, evidence=comparison.differences, advice=comparison.advice, cases=cases)
        observed = f"the state is the same with and without disturbance, at {comparison.compared} places"
        cases = cases_of(journal, lost=(), applied=_ids_of_disturbed_twin(journal))
        return self.passes(observed, examined=comparison.compared, advice=comparison.advice, cases=cases)


def _lost_text(journal: Journal, lost: list[EventCreated], acknowledged: int) -> tuple[str, tuple[str, ...]]:
    """Return the observation about lost messages, and one line for each of them.

    Messages in flight when the app was killed are neither counted nor listed, because their loss depends on timing.
    """
    disturbances = classify(journal)
    certain = [event for event in lost if disturbances.get(event.message_id) != CUT_OFF]
    if not certain:
        return "messages in flight when the app was killed were acknowledged later and never applied", ()
    observed = f"{len(certain)} of {acknowledged} acknowledged messages were never applied"
    return observed, tuple(f"lost {event.event} {event.kind}" for event in certain)


def _acknowledged(journal: Journal) -> list[EventCreated]:
    """Return the events whose messages were acknowledged at least once, in order."""
    events = events_by_id(journal)
    ids = {delivery.message_id for delivery in journal.all(Delivery) if delivery.is_acknowledged and delivery.is_authentic}
    return [event for message_id, event in events.items() if message_id in ids]


def _was_overtaken(journal: Journal, lost: EventCreated, counts: dict[str, int]) -> bool:
    """Return True if an app that does not report pending work has clearly lost the message of *lost*.

    This is clear if the app's effects did not change for a long time, a message acknowledged later was applied, and no
    fault was injected: no real queue is that slow.
    """
    last_effects = {effects.participant: effects for effects in journal.all(Effects)}
    unchanged_s = min(
        (effects.unchanged_s for effects in last_effects.values() if effects.pending is None and not effects.is_idle),
        default=0.0,
    )
    if unchanged_s < LONG_S or was_disturbed(journal):
        return False
    acknowledged = [delivery for delivery in journal.all(Delivery) if delivery.is_acknowledged and delivery.is_authentic]
    delivered_s = max(delivery.at_s for delivery in acknowledged if delivery.message_id == lost.message_id)
    return any(delivery.at_s > delivered_s and counts.get(delivery.message_id, 0) for delivery in acknowledged)


def _is_abandoned(journal: Journal, event: EventCreated) -> bool:
    """Return True if the app never resumed its work for the end user of *event* after a disturbance."""
    return is_abandoned(journal, last_effects(journal, event.participant))


def _kinds_applied(journal: Journal, counts: dict[str, int]) -> set[str]:
    """Return the kinds of events of which the app applied at least one event."""
    events = events_by_id(journal)
    return {events[message_id].kind for message_id, count in counts.items() if count and message_id in events}


def _changed_after_kill(journal: Journal) -> tuple[str, ...]:
    """Return the paths at which the kill changed the state of twin *a*, which got no message after the kill."""
    killed_s = next((started.at_s for started in journal.all(ProcessChanged) if started.is_whole_kill), 0.0)
    comparison = compare_twins(journal)
    reader = StateReader(journal)
    stated = [effects for effects in snapshots(journal, "a") if effects.state is not None]
    before = [effects for effects in stated if effects.at_s < killed_s]
    after = [effects for effects in stated if effects.at_s > killed_s]
    if not before or not after:
        return ()
    changed = differing(reader.leaves(before[-1].state), reader.leaves(after[-1].state))
    return tuple(sorted(changed - set(comparison.volatile)))


def _ids_of_disturbed_twin(journal: Journal) -> list[str]:
    """Return the message ids of twin b, whose deliveries were disturbed."""
    return [event.message_id for event in journal.all(EventCreated) if event.participant == "b"]


def _refused_to_the_end(journal: Journal, *, is_pause: bool) -> dict[str, str]:
    """Return a line, by message id, for each message that was refused at every attempt, so that Fiskil discards it.

    Messages whose last refusal is explained by a fault are left out. If *is_pause* is True, return the messages whose last
    response requests a pause, otherwise the other ones: the harness may send faster than Fiskil.
    """
    deliveries = genuine(journal)
    if not any(delivery.is_acknowledged for delivery in deliveries):
        return {}
    events = events_by_id(journal)
    last_attempt = max((limits.last_attempt for limits in journal.all(Limits)), default=5)
    lost = {}
    for message_id, attempts in by_message(deliveries).items():
        last = attempts[-1]
        is_over = last.attempt >= last_attempt and all(delivery.is_refused for delivery in attempts)
        is_over = is_over and requests_pause(last) is is_pause
        if is_over and message_id in events and not bites_during(journal, last) and not was_requested_failure(journal, last):
            refusal = f"refused {last.event} {events[message_id].kind}"
            lost[message_id] = f"{refusal} at attempt {last.attempt}: {response_text(last)}"
    return lost
