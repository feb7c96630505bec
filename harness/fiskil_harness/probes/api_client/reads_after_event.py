"""Does the app read a dataset when an event says that it is ready, and not before?"""

from collections import Counter
from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal, Limits
from fiskil_harness.journal.queries.api_calls import acknowledged_events, bitten_by, call_key, dataset_of, end_user_of, reads
from fiskil_harness.probes.probe import PlainProbe

EARLY_READS = 3


class ReadsAfterEvent(PlainProbe, frozen=True, kw_only=True, tag="reads_after_event"):
    """A sync event that the app acknowledged and says it uses is followed by a reading of that dataset within ``fresh_s``.

    Before the first event of a dataset a few tries are fine; asking again and again is polling.
    """

    expected: ClassVar[str] = "one walk of the dataset soon after its event, none in a loop before it"
    source: ClassVar[str] = "sync.timing"
    fix: ClassVar[str] = "start reading a dataset when its sync event arrives, and stop asking for it before"

    def examine(self, journal: Journal) -> Finding:
        """Look at the calls after, and before, each event."""
        events = _first_told(journal)
        if not events:
            return self.inconclusive("no sync event that the app uses was acknowledged", hook="app.facts.uses_events")
        for delivery, event in events:
            if self._has_polled(journal, delivery, dataset_of(event.kind)):
                seen = (
                    f"{dataset_of(event.kind)} was asked for more than {EARLY_READS} times before {event.event} told of it"
                )
                return self.fails(seen, evidence=(f"{event.event} {event.kind}",), examined=len(events))
        return self._in_time(journal, events)

    def _in_time(self, journal: Journal, events: list[tuple[Delivery, EventCreated]]) -> Finding:
        unread: list[str] = []
        doubts: list[tuple[str, str]] = []
        for delivery, event in events:
            waited_s = _waited_s(journal, delivery, dataset_of(event.kind))
            if waited_s is not None and waited_s <= _fresh_s(journal):
                continue
            if waited_s is not None and not _is_promised(journal):
                doubts.append(("a reading came late, but nobody promised how soon it would", "app.limits.fresh_s"))
            elif waited_s is None and not _has_waited(journal, delivery):
                doubts.append(("the scenario ended before the app had to read", EFFECTS))
            elif waited_s is None or not bitten_by(journal):
                unread.append(f"{event.event} {event.kind}")
        if unread:
            seen = f"{len(unread)} acknowledged sync events were not followed by a reading in time"
            return self.fails(seen, evidence=tuple(unread), examined=len(events))
        for reason, hook in doubts[:1]:
            return self.inconclusive(reason, hook=hook)
        return self.passes(f"{len(events)} sync events were each followed by a reading", examined=len(events))

    def _has_polled(self, journal: Journal, delivery: Delivery, dataset: str) -> bool:
        made = reads(journal, dataset, end_user_of(delivery))
        counts = Counter(call_key(call) for call in made if call.at_s < delivery.at_s)
        is_first = all(
            dataset_of(event.kind) != dataset or earlier.at_s >= delivery.at_s
            for earlier, event in acknowledged_events(journal)
        )
        return is_first and max(counts.values(), default=0) > EARLY_READS


def _first_told(journal: Journal) -> list[tuple[Delivery, EventCreated]]:
    """The first acknowledgement of each used sync event of a consent that did not end."""
    ended = {event.participant for event in journal.all(EventCreated) if event.kind == "consent.revoked"}
    first: dict[str, tuple[Delivery, EventCreated]] = {}
    for delivery, event in acknowledged_events(journal):
        if event.is_subscribed and dataset_of(event.kind) and event.participant not in ended:
            first.setdefault(event.event, (delivery, event))
    return list(first.values())


def _waited_s(journal: Journal, delivery: Delivery, dataset: str) -> float | None:
    """Real seconds from the delivery to the first reading after it."""
    later = [read.at_s for read in reads(journal, dataset, end_user_of(delivery)) if read.at_s >= delivery.at_s]
    return min(later) - delivery.at_s if later else None


def _has_waited(journal: Journal, delivery: Delivery) -> bool:
    """Whether the app has had its time: it says that nothing is pending, or the promised ``fresh_s`` has passed."""
    for effects in journal.all(Effects):
        if effects.participant == delivery.participant and effects.at_s > delivery.at_s:
            if effects.pending == 0 and effects.is_idle:
                return True
            if _is_promised(journal) and effects.at_s - delivery.at_s > _fresh_s(journal):
                return True
    return False


def _fresh_s(journal: Journal) -> float:
    return next((limits.fresh_s for limits in journal.all(Limits)), 5.0)


def _is_promised(journal: Journal) -> bool:
    return not any("fresh_s" in limits.assumed for limits in journal.all(Limits))
