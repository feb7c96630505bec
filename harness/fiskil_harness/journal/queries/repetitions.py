"""In which ways each message came again, so that one habit of receivers can be told from another.

A *way* is how a message came once more: at once or as a retry, beside its like, after a kill, long after. What is applied
again in the plainest way says nothing about the others.
"""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from fiskil_harness.core.model.findings import Case, Verdict
from fiskil_harness.journal import DURING_KILL, Delivery, HookCall, Journal, Started

PLAIN = ("replay", "retry", "respelt")
SPECIAL = ("burst", "cut_off", "restart", "failed", "unheard", "late", "workers")
"""What can go wrong where plain repetitions go well, the most telling first."""

RACES = {"burst", "cut_off", "workers"}

LONG_AFTER = 100
"""So many other messages in between are more than a short memory holds."""

MANY = 5
"""A message that came so often and had more than one effect, but not one each time, was met by memories that differ."""

HUNG_UP = "hung up"
DESCRIPTIONS = {
    "replay": "the very same bytes again",
    "retry": "the next attempt",
    "respelt": "the same bytes, their signature spelt another way",
    "burst": "at the same moment as its like",
    "restart": "again after the app was killed",
    "failed": "processing was made to fail",
    "unheard": "again, because the answer was lost",
    "cut_off": "again, because the app died while it was at it",
    "late": "again after many others",
    "workers": "again and again, each time beside others",
}


class Repeated(Struct, frozen=True, kw_only=True):
    """One message: the ways in which it came again, how often it came at all, and how often it was applied."""

    event: str
    ways: frozenset[str]
    deliveries: int
    applied: int

    @property
    def is_doubled(self) -> bool:
        """Whether it was applied more than once."""
        return self.applied > 1

    @property
    def special(self) -> list[str]:
        """Its special ways, the most telling first."""
        return [way for way in SPECIAL if way in self.ways]

    @property
    def differs_by_worker(self) -> bool:
        """Whether some of many deliveries were taken for news, and others not."""
        return self.deliveries >= MANY and 1 < self.applied < self.deliveries


def ways_repeated(journal: Journal) -> dict[str, frozenset[str]]:
    """For each message id the ways in which it came again; also how it came first, where that was out of the ordinary."""
    reader = _Reader()
    for entry in journal:
        if isinstance(entry, Started) and entry.how == "kill":
            reader.kills += 1
        elif isinstance(entry, HookCall) and entry.hook == "fail":
            reader.orders.add(entry.participant)
        elif isinstance(entry, Delivery) and entry.kind in {"genuine", "replay"}:
            reader.read(entry)
    return {message_id: frozenset(ways) for message_id, ways in reader.ways.items()}


class _Reader:
    """Where the reading of a journal stands."""

    def __init__(self) -> None:
        self.kills = 0
        self.orders: set[str] = set()
        self.ways: dict[str, set[str]] = {}
        self._last: dict[str, tuple[Delivery, int, int]] = {}
        self._amidst: set[str] = set()
        self._others = 0

    def read(self, one: Delivery) -> None:
        ways = self.ways.setdefault(one.message_id, set())
        if one.participant in self.orders:
            self.orders.discard(one.participant)
            ways.add("failed")
        if one.name == DURING_KILL:
            self._amidst.add(one.message_id)
        known = self._last.get(one.message_id)
        if known is None:
            self._others += 1
        else:
            ways.add(self._way(one, *known))
        self._last[one.message_id] = (one, self.kills, self._others)

    def _way(self, one: Delivery, before: Delivery, kills: int, others: int) -> str:
        plain = ("respelt" if one.name else "replay") if one.kind == "replay" else "retry"
        told = (
            (one.group > 0 and one.group == before.group, "burst"),
            (one.message_id in self._amidst, "cut_off"),
            (self.kills > kills, "restart" if before.outcome == "ack" else "cut_off"),
            (self._others - others > LONG_AFTER, "late"),
            (HUNG_UP in before.trouble, "unheard"),
            (one.group > 0, "workers"),
        )
        return next((way for is_so, way in told if is_so), plain)


def repeated(journal: Journal, told: dict[str, int]) -> list[Repeated]:
    """Every message that came again or was made to fail, with its count."""
    came = Counter(delivery.message_id for delivery in journal.all(Delivery) if delivery.kind in {"genuine", "replay"})
    return [
        Repeated(
            event=journal.names.get(message_id, message_id),
            ways=ways,
            deliveries=came[message_id],
            applied=told.get(message_id, 0),
        )
        for message_id, ways in ways_repeated(journal).items()
        if ways
    ]


def cases_of(messages: Iterable[Repeated]) -> tuple[Case, ...]:
    """One case for each way in which a message that was applied came again, in a fixed order."""
    known = [message for message in messages if message.applied]
    blamed = _blamed(known)
    plainly = [way for way in PLAIN if way in blamed]
    return tuple(
        _case(way, known, blamed, plainly) for way in (*PLAIN, *SPECIAL) if any(way in repeated.ways for repeated in known)
    )


def _blamed(messages: list[Repeated]) -> set[str]:
    """The ways that bring a second effect: what came again in one way alone tells; else the most telling one is meant."""
    single = [message for message in messages if len(message.ways) == 1]
    guilty = {way for repeated in single if repeated.is_doubled for way in repeated.ways}
    # Who wins a race once may lose it the next time.
    innocent = {way for repeated in single if not repeated.is_doubled for way in repeated.ways} - guilty - RACES
    for message in messages:
        if not message.is_doubled or message.ways & guilty:
            continue
        open_ways = message.ways - innocent or message.ways
        special = [way for way in message.special if way in open_ways]
        guilty |= {special[0]} if special else open_ways
    return guilty


def _case(way: str, messages: list[Repeated], blamed: set[str], plainly: list[str]) -> Case:
    having = [message for message in messages if way in message.ways]
    guilty = [repeated for repeated in having if repeated.is_doubled]
    # Who loses a race is a matter of chance, so no name tells it.
    named = guilty if way in blamed and way not in RACES else having
    events = tuple(sorted(repeated.event for repeated in named))
    words = DESCRIPTIONS[way]
    if way not in blamed:
        return Case(name=way, verdict=Verdict.PASS, observed=f"{words}: no second effect", events=events)
    differs = way == "workers" and any(repeated.differs_by_worker for repeated in guilty)
    if differs or way in PLAIN or (way != "workers" and not plainly):
        return Case(name=way, verdict=Verdict.FAIL, observed=f"{words}: applied again", events=events)
    seen = f"{words}: applied again, as every repetition is"
    return Case(name=way, verdict=Verdict.INCONCLUSIVE, observed=seen, events=events)
