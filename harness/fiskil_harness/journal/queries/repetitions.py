"""Classify how each message was repeated, so that each cause of duplicate effects is reported as a separate case.

A *way* is the circumstance of a repeated delivery: as a replay or a retry, concurrently, after a kill, after many other
messages. If the app applies even plain repetitions again, the other ways prove nothing more.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from fiskil_harness.core.model.findings import Case, Verdict
from fiskil_harness.journal import DURING_KILL, Delivery, HookCall, Journal, ProcessChanged
from fiskil_harness.journal.queries.deliveries import HUNG_UP

Way = Literal[
    "replay", "retry", "reencoded", "burst", "interrupted", "restart", "failed", "lost_response", "late", "workers"
]
"""Circumstance in which a message was delivered again; ``DESCRIPTIONS`` explains each."""

PLAIN: Final[tuple[Way, ...]] = ("replay", "retry", "reencoded")
"""Repetitions without any disturbance."""

SPECIAL: Final[tuple[Way, ...]] = ("burst", "interrupted", "restart", "failed", "lost_response", "late", "workers")
"""Ways of repetition that may fail although plain repetitions pass, the most significant first."""

RACES: frozenset[Way] = frozenset({"burst", "interrupted", "workers"})
"""Ways of repetition whose result depends on timing."""

LONG_AFTER = 100
"""Number of other messages before a late repetition, enough that an app with a short memory forgets the message."""

ROUND_NUMBERS = (300, 1000, 3000, 10_000)
"""Numbers of messages that findings state."""

MANY = 5
"""Minimum number of deliveries of a message from which a problem between the app's workers can be concluded.

If some of the deliveries were applied again and others were not, the workers do not share the ids of processed messages.
"""

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
    """A message that was delivered more than once, or made to fail.

    *ways* are the circumstances of its repetitions, *deliveries* counts its deliveries, and *applied* its effects.
    """

    event: str
    ways: frozenset[Way]
    deliveries: int
    applied: int

    @property
    def is_doubled(self) -> bool:
        """Return True if the app applied the message more than once."""
        return self.applied > 1

    @property
    def special(self) -> list[Way]:
        """Return those of the message's ways that are in ``SPECIAL``, the most significant first."""
        return [way for way in SPECIAL if way in self.ways]

    @property
    def differs_by_worker(self) -> bool:
        """Return True if, of at least ``MANY`` deliveries, some were applied again and others were not."""
        return self.deliveries >= MANY and 1 < self.applied < self.deliveries


def ways_repeated(journal: Journal) -> dict[str, frozenset[Way]]:
    """Return the ways of repetition of each message, by message id.

    A failure that was requested for the message counts as a way too, even before any repetition.
    """
    reader = _Reader()
    for entry in journal:
        if isinstance(entry, ProcessChanged) and entry.is_whole_kill:
            reader.kills += 1
        elif isinstance(entry, HookCall) and entry.is_failure_request:
            reader.must_fail.add(entry.participant)
        elif isinstance(entry, Delivery) and entry.is_authentic:
            reader.read(entry)
    return {message_id: frozenset(ways) for message_id, ways in reader.ways.items()}


def messages_between(journal: Journal) -> int:
    """Return the largest round number of other messages that arrived between two deliveries of a message; 0 below 300.

    The number is rounded down to one of ``ROUND_NUMBERS``, because the exact number may differ between runs.
    """
    counts: dict[str, int] = {}
    most = 0
    for delivery in journal.all(Delivery):
        if not delivery.is_authentic:
            continue
        before = counts.get(delivery.message_id)
        counts[delivery.message_id] = len(counts) if before is None else before
        if before is not None:
            most = max(most, len(counts) - 1 - before)
    return max((number for number in ROUND_NUMBERS if number <= most), default=0)


class _Reader:
    """Goes through deliveries in order, and collects for each message the ways in which it was repeated."""

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
    """Return the messages that were repeated or made to fail.

    Args:
        counts: Number of times that the app applied each message, by message id.
    """
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
    """Return one case for each way of repetition of the applied *messages*, in a fixed order."""
    applied = [message for message in messages if message.applied]
    blamed = _blamed(applied)
    return tuple(
        _case(way, applied, blamed) for way in (*PLAIN, *SPECIAL) if any(way in message.ways for message in applied)
    )


def _blamed(messages: list[Repeated]) -> set[Way]:
    """Return the ways of repetition that cause a second effect.

    If a message with a single way was applied twice, that way is the cause. If a message has several possible ways, the most
    significant of them counts as the cause.
    """
    single = [message for message in messages if len(message.ways) == 1]
    guilty = {way for message in single if message.is_doubled for way in message.ways}
    # A way that depends on timing may pass once and fail the next time.
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
    # Timing decides which of the concurrent messages is applied twice, so the case lists all of them.
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
