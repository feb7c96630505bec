"""Classify each message by its disturbance (failed, killed, lost response ...), to report causes of loss separately."""

from collections.abc import Collection
from typing import Final, Literal

from fiskil_harness.core.model.findings import Case, Verdict
from fiskil_harness.journal import DURING_KILL, Delivery, Effects, Journal, ProcessChanged
from fiskil_harness.journal.queries.deliveries import events_by_id
from fiskil_harness.journal.queries.repetitions import ways_repeated

LAST = 5
CONTROLS = ("a", "c")
Disturbance = Literal["failed", "interrupted", "killed", "lost_response", "late", "burst", "plain"]
"""Disturbance of the processing of a message; ``plain`` means that nothing disturbed it."""

PLAIN: Final = "plain"
CUT_OFF: Final = "interrupted"
"""Disturbance of messages whose loss depends on timing; if one of them is lost, the case therefore lists all of them."""

DESCRIPTIONS: dict[Disturbance, str] = {
    "failed": "processing was made to fail",
    CUT_OFF: "the app was killed while it processed the message",
    "killed": "the app was killed after it had acknowledged the message",
    "lost_response": "the response was lost",
    "late": "the first attempt that arrived was the last one of the schedule",
    "burst": "delivered at the same time as other copies",
    PLAIN: "delivered without any disturbance",
}
"""Descriptions of the disturbances by priority; a message counts for the first disturbance that applies to it."""


def classify(journal: Journal) -> dict[str, Disturbance]:
    """Return the disturbance of each delivered message, by message id."""
    ways = ways_repeated(journal)
    killed = _killed(journal)
    classes: dict[str, Disturbance] = {}
    for message_id, delivery in _first_deliveries(journal).items():
        disturbances: set[str] = {*ways.get(message_id, ()), *({"killed"} if message_id in killed else ())}
        if delivery.name == DURING_KILL:
            disturbances.add(CUT_OFF)
        if delivery.attempt >= LAST:
            disturbances.add("late")
        classes[message_id] = next((name for name in DESCRIPTIONS if name in disturbances), PLAIN)
    return classes


def cases_of(journal: Journal, *, lost: Collection[str], applied: Collection[str]) -> tuple[Case, ...]:
    """Return one case for each disturbance that messages in *lost* or *applied* had: FAIL if one of them was lost.

    A lost message does not count against its disturbance if an event of the same kind was lost for a control twin too (an
    end user whose messages are delivered once and in order). If no other message was lost, the case is INCONCLUSIVE.

    Args:
        lost: Ids of the messages that the app acknowledged but did not apply.
        applied: Ids of the messages that the app applied.
    """
    classes = classify(journal)
    events = events_by_id(journal)
    always_lost = {events[text].kind for text in lost if text in events and events[text].participant in CONTROLS}
    cases = []
    for name, words in DESCRIPTIONS.items():
        lost_events = _symbols(journal, classes, name, lost)
        kept_events = _symbols(journal, classes, name, applied)
        if name == CUT_OFF and lost_events:
            lost_events = tuple(sorted({*lost_events, *kept_events}))
        telling = [
            text
            for text in lost
            if classes.get(text, PLAIN) == name and not (text in events and events[text].kind in always_lost)
        ]
        if lost_events and name != PLAIN and not telling:
            observed = f"{words}: lost, but so were undisturbed messages of the same kind"
            cases.append(Case(name=name, verdict=Verdict.INCONCLUSIVE, observed=observed, events=lost_events))
        elif lost_events:
            cases.append(Case(name=name, verdict=Verdict.FAIL, observed=f"{words}: lost", events=lost_events))
        elif kept_events:
            cases.append(Case(name=name, verdict=Verdict.PASS, observed=f"{words}: applied", events=kept_events))
    return tuple(cases)


def _symbols(journal: Journal, classes: dict[str, Disturbance], name: Disturbance, ids: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(journal.names.get(text, text) for text in ids if classes.get(text, PLAIN) == name))


def _first_deliveries(journal: Journal) -> dict[str, Delivery]:
    first: dict[str, Delivery] = {}
    for delivery in journal.all(Delivery):
        if delivery.is_authentic:
            first.setdefault(delivery.message_id, delivery)
    return first


def _killed(journal: Journal) -> set[str]:
    """Return the ids of messages that the app had acknowledged but not yet applied when it, or a worker, was killed."""
    waiting: set[str] = set()
    killed: set[str] = set()
    for entry in journal:
        if isinstance(entry, Delivery) and entry.is_acknowledged and entry.is_authentic:
            waiting.add(entry.message_id)
        elif isinstance(entry, Effects):
            waiting -= {message_id for message_id, count in (entry.applied or {}).items() if count}
        elif isinstance(entry, ProcessChanged) and entry.is_kill:
            killed |= waiting
            waiting = set()
    return killed
