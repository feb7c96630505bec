"""What befell each message on its way, so that one way of losing messages can be told from another."""

from collections.abc import Collection

from fiskil_harness.core.model.findings import Case, Verdict
from fiskil_harness.journal import DURING_KILL, Delivery, Effects, Journal, Started
from fiskil_harness.journal.queries.deliveries import events_by_id
from fiskil_harness.journal.queries.repetitions import ways_repeated

LAST = 5
CONTROLS = ("a", "c")
PLAIN = "plain"
CUT_OFF = "cut_off"
"""Which of these messages are lost is a matter of chance, so all of them are named where any is."""

DESCRIPTIONS = {
    "failed": "processing was made to fail",
    CUT_OFF: "the app died while it was at it",
    "killed": "the app died after it had acknowledged",
    "unheard": "the answer was lost",
    "late": "the first attempt that arrived was the last of the schedule",
    "burst": "came at the same moment as its like",
    PLAIN: "nothing out of the ordinary",
}
"""In the order in which they decide, where several things befell a message."""


def classify(journal: Journal) -> dict[str, str]:
    """What befell each message that was delivered, in a word."""
    ways = ways_repeated(journal)
    killed = _killed(journal)
    found: dict[str, str] = {}
    first = _firsts(journal)
    for message_id, delivery in first.items():
        known = {*ways.get(message_id, ()), *({"killed"} if message_id in killed else ())}
        if delivery.name == DURING_KILL:
            known.add(CUT_OFF)
        if delivery.attempt >= LAST:
            known.add("late")
        found[message_id] = next((word for word in DESCRIPTIONS if word in known), PLAIN)
    return found


def cases_of(journal: Journal, *, lost: Collection[str], kept: Collection[str]) -> tuple[Case, ...]:
    """One case for each fate that a message had which was lost or kept: FAIL where one was lost.

    What is lost of the twins to whom everything is told in order is lost without any trouble, and accuses no fate but that.
    """
    known = classify(journal)
    events = events_by_id(journal)
    anyway = {events[text].kind for text in lost if text in events and events[text].participant in CONTROLS}
    made = []
    for fate, words in DESCRIPTIONS.items():
        lost_ones = _symbols(journal, known, fate, lost)
        kept_ones = _symbols(journal, known, fate, kept)
        if fate == CUT_OFF and lost_ones:
            lost_ones = tuple(sorted({*lost_ones, *kept_ones}))
        told = [
            text for text in lost if known.get(text, PLAIN) == fate and not (text in events and events[text].kind in anyway)
        ]
        if lost_ones and fate != PLAIN and not told:
            seen = f"{words}: lost, as others of their kind are"
            made.append(Case(name=fate, verdict=Verdict.INCONCLUSIVE, observed=seen, events=lost_ones))
        elif lost_ones:
            made.append(Case(name=fate, verdict=Verdict.FAIL, observed=f"{words}: lost", events=lost_ones))
        elif kept_ones:
            made.append(Case(name=fate, verdict=Verdict.PASS, observed=f"{words}: applied", events=kept_ones))
    return tuple(made)


def _symbols(journal: Journal, known: dict[str, str], fate: str, ids: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(journal.names.get(text, text) for text in ids if known.get(text, PLAIN) == fate))


def _firsts(journal: Journal) -> dict[str, Delivery]:
    found: dict[str, Delivery] = {}
    for delivery in journal.all(Delivery):
        if delivery.kind in {"genuine", "replay"}:
            found.setdefault(delivery.message_id, delivery)
    return found


def _killed(journal: Journal) -> set[str]:
    """The messages that were acknowledged and had not shown when the app, or one process of it, was killed next."""
    waiting: set[str] = set()
    killed: set[str] = set()
    for entry in journal:
        if isinstance(entry, Delivery) and entry.outcome == "ack" and entry.kind in {"genuine", "replay"}:
            waiting.add(entry.message_id)
        elif isinstance(entry, Effects):
            waiting -= {text for text, count in (entry.applied or {}).items() if count}
        elif isinstance(entry, Started) and entry.how.startswith("kill"):
            killed |= waiting
            waiting = set()
    return killed
