"""Classify how each message was repeated, so that each cause of duplicate effects is a case.

A *way* is how a message was delivered again: as a replay or a retry, concurrently, after a kill, long after. If plain
repetitions are applied again, the other ways prove nothing more.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from fiskil_harness.core.model.findings import Case, Verdict
from fiskil_harness.journal import DURING_KILL, Delivery, HookCall, Journal, ProcessChanged

Way = Literal[
    "replay", "retry", "reencoded", "burst", "interrupted", "restart", "failed", "lost_response", "late", "workers"
]
"""How a message was delivered again; ``DESCRIPTIONS`` explains each."""

PLAIN: Final[tuple[Way, ...]] = ("replay", "retry", "reencoded")
"""Repetitions without any disturbance."""

SPECIAL: Final[tuple[Way, ...]] = ("burst", "interrupted", "restart", "failed", "lost_response", "late", "workers")
"""Ways that may fail although plain repetitions pass, the most significant first."""

RACES: frozenset[Way] = frozenset({"burst", "interrupted", "workers"})
"""Ways whose result depends on timing."""

LONG_AFTER = 100
"""Number of other messages in between that is more than a short memory of message ids can hold."""

MANY = 5
"""From this number of deliveries on, several effects, but not one for each, show that workers do not share state."""

HUNG_UP = "hung up"
DESCRIPTIONS: dict[Way, str] = {
    "replay": "replay of the same bytes",
    "retry": "retry with the next attempt number",
    "reencoded": "replay with the signature in another encoding",
    "burst": "concurrent copies",
    "restart": "repeated after the app was killed",
    "failed": "processing was made to fail",
    "lost_response": "repeated because the response was lost",
    "interrupted": "repeated because the app was killed while it processed the message",
    "late": "repeated after many other messages",
    "workers": "repeated many times, concurrently with other messages",
}


class Repeated(Struct, frozen=True, kw_only=True):
    """One repeated message: its ways, the number of its deliveries, and how often it was applied."""

    event: str
    ways: frozenset[Way]
    deliveries: int
    applied: int

    @property
    def is_doubled(self) -> bool:
        """Return True if it was applied more than once."""
        return self.applied > 1

    @property
    def special(self) -> list[Way]:
        """Return its special ways, the most significant first."""
        return [way for way in SPECIAL if way in self.ways]

    @property
    def differs_by_worker(self) -> bool:
        """Return True if some of many deliveries were applied again and others were not."""
        return self.deliveries >= MANY and 1 < self.applied < self.deliveries


def ways_repeated(journal: Journal) -> dict[str, frozenset[Way]]:
    """Return the ways of each message, by message id; a disturbance of its first delivery counts as well."""
    reader = _Reader()
    for entry in journal:
        if isinstance(entry, ProcessChanged) and entry.change == "kill":
            reader.kills += 1
        elif isinstance(entry, HookCall) and entry.is_failure_request:
            reader.must_fail.add(entry.participant)
        elif isinstance(entry, Delivery) and entry.is_authentic:
            reader.read(entry)
    return {message_id: frozenset(ways) for message_id, ways in reader.ways.items()}


class _Reader:
    """Reads deliveries in order and collects the ways of each message."""

    def __init__(self) -> None:
        self.kills = 0
        self.must_fail: set[str] = set()
        self.ways: dict[str, set[Way]] = {}
        self._last: dict[str, tuple[Delivery, int, int]] = {}
        self._interrupted: set[str] = set()
        self._others = 0

    def read(self, delivery: Delivery) -> None:
        ways = self.ways.setdefault(delivery.message_id, set())
        if delivery.participant in self.must_fail:
            self.must_fail.discard(delivery.participant)
            ways.add("failed")
        if delivery.name == DURING_KILL:
            self._interrupted.add(delivery.message_id)
        previous = self._last.get(delivery.message_id)
        if previous is None:
            self._others += 1
        else:
            ways.add(self._way(delivery, *previous))
        self._last[delivery.message_id] = (delivery, self.kills, self._others)

    def _way(self, delivery: Delivery, before: Delivery, kills: int, others: int) -> Way:
        plain: Way = "retry"
        if delivery.is_replay:
            plain = "reencoded" if delivery.name else "replay"
        rules: tuple[tuple[bool, Way], ...] = (
            (delivery.group > 0 and delivery.group == before.group, "burst"),
            (delivery.message_id in self._interrupted, "interrupted"),
            (self.kills > kills, "restart" if before.is_acknowledged else "interrupted"),
            (self._others - others > LONG_AFTER, "late"),
            (HUNG_UP in before.problem, "lost_response"),
            (delivery.group > 0, "workers"),
        )
        return next((way for applies, way in rules if applies), plain)


def repeated(journal: Journal, counts: dict[str, int]) -> list[Repeated]:
    """Return every message that was repeated or made to fail; *counts* is how often each message id was applied."""
    deliveries = Counter(delivery.message_id for delivery in journal.all(Delivery) if delivery.is_authentic)
    return [
        Repeated(
            event=journal.names.get(message_id, message_id),
            ways=ways,
            deliveries=deliveries[message_id],
            applied=counts.get(message_id, 0),
        )
        for message_id, ways in ways_repeated(journal).items()
        if ways
    ]


def cases_of(messages: Iterable[Repeated]) -> tuple[Case, ...]:
    """Return one case for each way in which an applied message was repeated, in a fixed order."""
    applied = [message for message in messages if message.applied]
    blamed = _blamed(applied)
    return tuple(
        _case(way, applied, blamed) for way in (*PLAIN, *SPECIAL) if any(way in message.ways for message in applied)
    )


def _blamed(messages: list[Repeated]) -> set[Way]:
    """Return the ways that cause a second effect.

    A message with a single way proves its way. For a message with several ways, the most significant one is blamed.
    """
    single = [message for message in messages if len(message.ways) == 1]
    guilty = {way for message in single if message.is_doubled for way in message.ways}
    # A race that passes once may fail the next time.
    innocent = {way for message in single if not message.is_doubled for way in message.ways} - guilty - RACES
    for message in messages:
        if not message.is_doubled or message.ways & guilty:
            continue
        suspects = message.ways - innocent or message.ways
        special = [way for way in message.special if way in suspects]
        guilty |= {special[0]} if special else suspects
    return guilty


def _case(way: Way, messages: list[Repeated], blamed: set[Way]) -> Case:
    having = [message for message in messages if way in message.ways]
    guilty = [message for message in having if message.is_doubled]
    # Chance decides which message of a race is applied twice, so the case names all of them.
    named = guilty if way in blamed and way not in RACES else having
    events = tuple(sorted(message.event for message in named))
    words = DESCRIPTIONS[way]
    if way not in blamed:
        return Case(name=way, verdict=Verdict.PASS, observed=f"{words}: no second effect", events=events)
    differs = way == "workers" and any(message.differs_by_worker for message in guilty)
    fails_plainly = any(plain_way in blamed for plain_way in PLAIN)
    if differs or way in PLAIN or (way != "workers" and not fails_plainly):
        return Case(name=way, verdict=Verdict.FAIL, observed=f"{words}: applied again", events=events)
    observed = f"{words}: applied again, but so are plain repetitions"
    return Case(name=way, verdict=Verdict.INCONCLUSIVE, observed=observed, events=events)
