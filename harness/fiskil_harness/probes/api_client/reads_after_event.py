"""Does the app read a dataset after the event that announces it, and not repeatedly before?"""

from collections import Counter

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal, Limits
from fiskil_harness.journal.queries.api_calls import (
    TOKEN_NOT_RENEWED,
    acknowledged_events,
    bitten_by,
    call_key,
    dataset_of,
    end_user_of,
    has_unrenewed_token,
    reads,
)
from fiskil_harness.journal.queries.pauses import is_promised
from fiskil_harness.probes.probe import Finding, Probe

EARLY_READS = 3


class ReadsAfterEvent(Probe, frozen=True, kw_only=True, tag="reads_after_event"):
    """Check that the app reads a dataset within ``fresh_s`` after it acknowledged the sync event of that dataset.

    Events that the app does not use are left out. Up to three equal reads before the first event of a dataset are accepted;
    more of them are polling.
    """

    expected = "one read of the dataset soon after its event, and no repeated reads before it"
    source = "sync.timing"
    fix = "start reading a dataset when its sync event arrives, and do not request it before"

    def examine(self, journal: Journal) -> Finding:
        """Check the reads before and after each sync event."""
        events = _first_acknowledgements(journal)
        if not events:
            return self.inconclusive("no sync event that the app uses was acknowledged", hook="app.facts.uses_events")
        first_s: dict[str, float] = {}
        for delivery, event in acknowledged_events(journal):
            dataset = dataset_of(event.kind)
            first_s[dataset] = min(delivery.at_s, first_s.get(dataset, delivery.at_s))
        for delivery, event in events:
            is_first = first_s[dataset_of(event.kind)] == delivery.at_s
            if is_first and self._has_polled(journal, delivery, dataset_of(event.kind)):
                observed = (
                    f"{dataset_of(event.kind)} was requested more than {EARLY_READS} times before {event.event} announced it"
                )
                return self.fails(observed, evidence=(f"{event.event} {event.kind}",))
        return self._judge_delays(journal, events)

    def _judge_delays(self, journal: Journal, events: list[tuple[Delivery, EventCreated]]) -> Finding:
        unread: list[str] = []
        doubts: list[tuple[str, str]] = []
        for delivery, event in events:
            waited_s = _waited_s(journal, delivery, dataset_of(event.kind))
            if waited_s is not None and waited_s <= _fresh_s(journal):
                continue
            if waited_s is not None and not is_promised(journal, "fresh_s"):
                doubts.append(("a read came late, but the config promises no maximum delay", "app.limits.fresh_s"))
            elif waited_s is None and not _had_enough_time(journal, delivery):
                doubts.append(("the scenario ended before the app had to read", EFFECTS))
            elif waited_s is None or not bitten_by(journal):
                unread.append(f"{event.event} {event.kind}")
        if unread and has_unrenewed_token(journal, {end_user_of(delivery) for delivery, _ in events}):
            return self.inconclusive(TOKEN_NOT_RENEWED)
        if unread:
            observed = f"{len(unread)} acknowledged sync events were not followed by a read in time"
            return self.fails(observed, evidence=tuple(unread))
        for reason, hook in doubts[:1]:
            return self.inconclusive(reason, hook=hook)
        return self.passes(f"{len(events)} sync events were each followed by a read", examined=len(events))

    def _has_polled(self, journal: Journal, delivery: Delivery, dataset: str) -> bool:
        attempts = [each for each in journal.all(Delivery) if each.is_authentic and each.event == delivery.event]
        announced_s = min(attempt.at_s for attempt in attempts)
        earlier_reads = [read for read in reads(journal, dataset, end_user_of(delivery)) if read.at_s < announced_s]
        counts = Counter(call_key(read) for read in earlier_reads)
        return max(counts.values(), default=0) > EARLY_READS


def _first_acknowledgements(journal: Journal) -> list[tuple[Delivery, EventCreated]]:
    """Return the first acknowledged delivery of each sync event that the app uses.

    Events of participants whose consent ended are left out.
    """
    ended = {event.participant for event in journal.all(EventCreated) if event.kind == "consent.revoked"}
    first: dict[str, tuple[Delivery, EventCreated]] = {}
    for delivery, event in acknowledged_events(journal):
        if event.is_subscribed and dataset_of(event.kind) and event.participant not in ended:
            first.setdefault(event.event, (delivery, event))
    return list(first.values())


def _waited_s(journal: Journal, delivery: Delivery, dataset: str) -> float | None:
    """Return the real seconds from the delivery to the first read of *dataset* after it, or None if there was no read."""
    later = [read.at_s for read in reads(journal, dataset, end_user_of(delivery)) if read.at_s >= delivery.at_s]
    return min(later) - delivery.at_s if later else None


def _had_enough_time(journal: Journal, delivery: Delivery) -> bool:
    """Return True if, after the delivery, the app reported no pending work, or the promised ``fresh_s`` passed."""
    for effects in journal.all(Effects):
        if effects.participant == delivery.participant and effects.at_s > delivery.at_s:
            if effects.has_reported_idle:
                return True
            if is_promised(journal, "fresh_s") and effects.at_s - delivery.at_s > _fresh_s(journal):
                return True
    return False


def _fresh_s(journal: Journal) -> float:
    return next((limits.fresh_s for limits in journal.all(Limits)), 5.0)
