"""Events that the config leaves out of ``app.facts.uses_events``: did the app process them nevertheless?

Only an event that arrived alone shows that: the app was idle before it, and nothing else was delivered until the app was
idle again. The app processed it if it read the event's dataset in that time or, for a consent, if its state changed.
"""

from collections.abc import Iterable, Iterator

from fiskil_harness.core.model.events import matches_any
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal, UsedEvents
from fiskil_harness.journal.queries.api_calls import dataset_of, end_user_of, reads
from fiskil_harness.journal.queries.attempt_counters import body_sizes, is_counter, is_delivery_list
from fiskil_harness.journal.queries.deliveries import events_by_id
from fiskil_harness.journal.queries.state import StateReader, differing

PROCESSED, IGNORED = "processed", "ignored"
"""Prefixes of marks: what the app did with an event that arrived alone, and that the config leaves out."""


def unused_event_marks(journal: Journal) -> tuple[str, ...]:
    """Return marks such as ``processed consent.updated`` and ``ignored consent.revoked``, sorted."""
    marks = {f"{PROCESSED if is_processed else IGNORED} {kind}" for kind, is_processed in reactions(journal)}
    return tuple(sorted(marks))


def unused_events(marks: Iterable[str], prefix: str) -> set[str]:
    """Return the kinds of events in those of *marks* that begin with *prefix*."""
    return {mark.removeprefix(f"{prefix} ") for mark in marks if mark.startswith(f"{prefix} ")}


def reactions(journal: Journal) -> Iterator[tuple[str, bool]]:
    """Yield, for each unused event that arrived alone, its kind and whether the app processed it."""
    patterns = [pattern for used in journal.all(UsedEvents) for pattern in used.patterns]
    if not journal.all(UsedEvents):
        return
    events = events_by_id(journal)
    entries = [entry for entry in journal if isinstance(entry, Delivery | Effects)]
    for number, entry in enumerate(entries):
        if not isinstance(entry, Delivery) or not entry.is_genuine or not entry.is_acknowledged:
            continue
        event = events.get(entry.message_id)
        # A pattern such as banking.* may cover events that need no effect.
        if event is None or event.is_subscribed or matches_any(event.kind, patterns):
            continue
        before, after = _before(entries[:number], event), _after(entries[number + 1 :], event)
        if before is None or after is None:
            continue
        yield event.kind, _has_processed(journal, entry, event, before, after)


def _before(entries: list[Delivery | Effects], event: EventCreated) -> Effects | None:
    """Return the latest snapshot of an idle app, if no message was delivered after it."""
    last = entries[-1] if entries else None
    return last if isinstance(last, Effects) and last.is_idle and last.participant == event.participant else None


def _after(entries: list[Delivery | Effects], event: EventCreated) -> Effects | None:
    """Return the next snapshot of an idle app, if no message was delivered before it."""
    following = entries[0] if entries else None
    is_certain = isinstance(following, Effects) and following.is_idle and following.participant == event.participant
    return following if is_certain and isinstance(following, Effects) else None


def _has_processed(journal: Journal, delivery: Delivery, event: EventCreated, before: Effects, after: Effects) -> bool:
    dataset = dataset_of(event.kind)
    if dataset:
        calls = reads(journal, dataset, end_user_of(delivery))
        return any(before.at_s <= call.at_s <= after.at_s for call in calls)
    reader = StateReader(journal)
    first, second = reader.leaves(before.state), reader.leaves(after.state)
    sizes = body_sizes(journal, event.participant, since_s=before.at_s)
    return any(
        not is_counter(path, first, second, most=1) and not is_delivery_list(path, first, second, most=1, sizes=sizes)
        for path in differing(first, second)
    )
