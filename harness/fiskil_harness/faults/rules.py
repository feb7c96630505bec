"""Which exchanges a fault waits for, and the counters that make it bite exactly as often as asked."""

import threading
from collections import Counter
from collections.abc import Callable, Hashable
from fnmatch import fnmatchcase
from random import Random
from typing import Any, Literal, Protocol

from msgspec import Struct

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import AnyFault
from fiskil_harness.faults.connection_fault import ConnectionFault

CONNECTION = "connection"
"""The route on which faults of connections wait."""

Scope = Literal["all", "end_user", "route", "connection"]


class Facts(Struct, frozen=True, kw_only=True):
    """What a rule can be about in one exchange.

    ``page`` counts the pages of a walk from 1, ``clock_s`` is sandbox time in seconds. ``names`` answers whether the request
    names an id anywhere, ``told`` whether an event of a kind has been told.
    """

    route: str
    method: str = ""
    end_user_id: str = ""
    version: str = ""
    page: int = 1
    connection: int = 0
    clock_s: float = 0.0
    names: Callable[[str], bool] = lambda _id: False
    has_reported: Callable[[str], bool] = lambda _kind: False


A_CONNECTION = Facts(route=CONNECTION)


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fault, the exchanges that it waits for, and when among those it bites.

    What it waits for: ``route`` is a name or a pattern, the other fields narrow it down and are empty for any. ``page``
    counts from 1, 0 for any. ``from_event`` and ``until_event`` name events before, or after, which it does not bite, and
    ``between_s`` sandbox time in seconds since the rule was set.

    When among those: after ``skip`` of them, ``times`` times, 0 for every time and at least once; only each ``every``-th;
    only those whose numbers, from 1, are in ``nth``, beside which ``times`` and ``skip`` are not given; only with
    probability ``p`` drawn from ``seed``. It counts in one for all, or with ``scope`` for each end user, route or
    connection by itself.
    """

    route: str
    fault: AnyFault
    times: int = 1
    skip: int = 0
    nth: tuple[int, ...] = ()
    every: int = 1
    p: float = 1.0
    seed: int = 0
    method: str = ""
    end_user_id: str = ""
    session_id: str = ""
    version: str = ""
    page: int = 0
    from_event: str = ""
    until_event: str = ""
    between_s: tuple[float, float] | None = None
    scope: Scope = "all"

    @property
    def name(self) -> str:
        """The fault with its parameters, as reports name it."""
        return repr(self.fault).replace("'", "")

    def check(self) -> "Rule":
        """Refuse a fault that breaks nothing, counts below zero and what cannot be together; return the rule itself.

        Raises:
            ConfigError: One of its numbers makes no sense.
        """
        self.fault.check()
        where = f"A fault on {self.route!r}"
        if self.times < 0 or self.skip < 0:
            raise ConfigError(f"{where}: times and skip count from 0, got {self.times} and {self.skip}.")
        if self.every < 1 or self.page < 0 or any(number < 1 for number in self.nth):
            raise ConfigError(f"{where}: every, page and nth count from 1.")
        if self.nth and (self.times != 1 or self.skip or self.every != 1 or self.p < 1):
            raise ConfigError(
                f"{where}: nth names each exchange by its number, so times, skip, every and p cannot stand beside it."
            )
        if not 0 <= self.p <= 1:
            raise ConfigError(f"{where}: p is a probability from 0 to 1, got {self.p}.")
        if self.between_s is not None and not 0 <= self.between_s[0] < self.between_s[1]:
            raise ConfigError(f"{where}: between_s goes from an earlier to a later second, got {self.between_s}.")
        if (self.fault.where == CONNECTION) != (self.route == CONNECTION):
            place = f"on the route {CONNECTION!r}" if self.fault.where == CONNECTION else "on routes of the API"
            raise ConfigError(f"{where}: {type(self.fault).__name__} waits {place}.")
        if self.fault.is_lasting and self._is_timed:
            raise ConfigError(
                f"{where}: {type(self.fault).__name__} holds from the moment it is set until it is lifted, whoever comes, "
                "so nothing else says when. Say it alone, and lift it."
            )
        if self.route == CONNECTION and self._is_about_an_exchange:
            raise ConfigError(f"{where}: a connection has no method, end user, session, version, page or event.")
        return self

    @property
    def _is_timed(self) -> bool:
        return bool(self.skip or self.nth or self.between_s) or self.every > 1 or 0 < self.p < 1

    @property
    def _is_about_an_exchange(self) -> bool:
        narrow = (self.method, self.end_user_id, self.session_id, self.version, self.page)
        return any(narrow) or bool(self.from_event or self.until_event) or self.scope != "all"

    def is_about(self, facts: Facts, *, set_s: float) -> bool:
        """Whether it waits for this exchange; it was set at sandbox second *set_s*."""
        wanted = (
            (self.method, facts.method),
            (self.end_user_id, facts.end_user_id),
            (self.version, facts.version),
            (self.page, facts.page),
        )
        if any(own and own != found for own, found in wanted) or not fnmatchcase(facts.route, self.route):
            return False
        if self.session_id and not facts.names(self.session_id):
            return False
        if self.from_event and not facts.has_reported(self.from_event):
            return False
        if self.until_event and facts.has_reported(self.until_event):
            return False
        return self.between_s is None or self.between_s[0] <= facts.clock_s - set_s < self.between_s[1]

    def counted_by(self, facts: Facts) -> Hashable:
        """Whose counter an exchange adds to."""
        return {"all": "", "end_user": facts.end_user_id, "route": facts.route, "connection": facts.connection}[self.scope]


class Waiting:
    """A rule with what is left of it: ``left`` counts the bites that must still come.

    ``spared`` counts the exchanges that were its own and gave it nothing to spoil. ``pending`` counts the
    connections of its own that have not yet shown what became of them. ``is_unseen`` tells that it may have bitten where
    nobody can know of it. ``number`` tells it from the others that were ever set, from 1. ``memory`` is for its fault to
    write in.
    """

    def __init__(self, rule: Rule, *, set_s: float = 0.0, number: int = 0) -> None:
        self.rule = rule
        self.number = number
        self.wanted = (len(rule.nth) or rule.times or 1) if rule.p > 0 else 0
        self.spared = 0
        self.bitten = 0
        self.pending = 0
        self.is_unseen = False
        self.memory: dict[str, Any] = {}
        self.set_s = set_s
        self._chance = Random(rule.seed)
        self._seen: Counter[Hashable] = Counter()
        self._taken: Counter[Hashable] = Counter()

    @property
    def left(self) -> int:
        """How many bites must still come."""
        return max(0, self.wanted - self.bitten + self.pending)

    @property
    def problem(self) -> str:
        """In words, why bites are left."""
        if self.is_unseen:
            return "this system does not tell which connects it refused"
        return why_unbitten(self.spared)

    def takes(self, facts: Facts) -> bool:
        """Whether this exchange is the fault's; taking it counts."""
        rule = self.rule
        if not rule.is_about(facts, set_s=self.set_s):
            return False
        key = rule.counted_by(facts)
        if rule.times > 0 and not rule.nth and self._taken[key] >= rule.times:
            return False
        self._seen[key] += 1
        number = self._seen[key]
        is_in_turn = number > rule.skip and (number - rule.skip) % rule.every == 0
        is_due = number in rule.nth if rule.nth else is_in_turn
        if not is_due or (rule.p < 1 and self._chance.random() >= rule.p):
            return False
        self._taken[key] += 1
        self.bitten += 1
        return True

    def gives_back(self, facts: Facts) -> None:
        """The exchange taken was no bite after all."""
        self._taken[self.rule.counted_by(facts)] -= 1
        self.bitten -= 1
        self.spared += 1


def why_unbitten(spared: int) -> str:
    """In words, why a fault did not bite as often as it was to."""
    if not spared:
        return "nothing called it"
    answers = "1 answer" if spared == 1 else f"{spared} answers"
    return f"{answers} gave it nothing to spoil"


class Taken(Struct, frozen=True, kw_only=True):
    """A rule that an exchange meets; ``bite`` counts its bites from 0."""

    waiting: Waiting
    bite: int

    @property
    def chance(self) -> Random:
        """The chance of this bite: the same for the same seed and bite, whatever else happens."""
        return Random(f"{self.waiting.rule.seed}/{self.waiting.rule.route}/{self.bite}")


class RuleListener(Protocol):
    """Who has to know of faults of connections as soon as they are set or lifted."""

    def refuse_impossible(self, rule: Rule) -> None:
        """Refuse a rule that cannot be had."""

    def apply_rules(self) -> None:
        """See which rules there are now."""


class Rules:
    """The faults that wait; taking them is atomic. ``door`` heeds those of connections."""

    def __init__(self, *, clock_s: Callable[[], float] = lambda: 0.0) -> None:
        self._waiting: list[Waiting] = []
        self._latest = 0
        self._lock = threading.Lock()
        self._clock_s = clock_s
        self.are_waiting = False
        """Whether any fault for exchanges has been set and not lifted."""
        self.are_early = False
        """Whether any of them does not wait for the body of a request."""
        self.door: RuleListener | None = None

    def set(self, rule: Rule) -> Waiting:
        """Let a fault wait; the answer knows how many bites are left.

        Raises:
            ConfigError: It is one of connections that cannot be had here.
        """
        if self.door is not None:
            self.door.refuse_impossible(rule)
        with self._lock:
            self._latest += 1
            waiting = Waiting(rule, set_s=self._clock_s(), number=self._latest)
            self._waiting.append(waiting)
            self._note()
        self._let_heed([waiting])
        return waiting

    def lift(self, waiting: Waiting) -> None:
        """Stop a fault from waiting."""
        with self._lock:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            self._note()
        self._let_heed([waiting])

    def take(self, facts: Facts, *, is_early: bool = False) -> list[Taken]:
        """The waiting faults that this exchange meets, from left to right; of those that end it only the first.

        Those that are *early* meet it before its body has come, all others after.
        """
        taken: list[Taken] = []
        if not self._waiting:
            return taken
        has_end = False
        with self._lock:
            for waiting in self._waiting:
                ends = waiting.rule.fault.ends
                if waiting.rule.fault.is_early != is_early or (ends and has_end) or not waiting.takes(facts):
                    continue
                has_end |= ends
                taken.append(Taken(waiting=waiting, bite=waiting.bitten - 1))
        return taken

    def give_back(self, waiting: Waiting, facts: Facts) -> None:
        """Let a fault wait for another exchange: it left the one that it took as it was."""
        with self._lock:
            waiting.gives_back(facts)

    def waiting(self) -> list[Waiting]:
        """Every fault that has been set and not lifted."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Lift every fault."""
        with self._lock:
            lifted = list(self._waiting)
            self._waiting.clear()
            self._note()
        self._let_heed(lifted)

    def take_connection(self) -> Waiting | None:
        """The first waiting fault that a connection meets; those that stand meet none."""
        if not self._waiting:
            return None
        with self._lock:
            for waiting in self._waiting:
                fault = waiting.rule.fault
                if isinstance(fault, ConnectionFault) and fault.port_state is None and waiting.takes(A_CONNECTION):
                    waiting.pending += 1
                    return waiting
        return None

    def settle(self, waiting: Waiting, *, has_bitten: bool) -> None:
        """A connection has shown what the fault did to it: where that is nothing, the fault waits for another."""
        with self._lock:
            waiting.pending -= 1
            if not has_bitten:
                waiting.gives_back(A_CONNECTION)

    def note(self, waiting: Waiting) -> None:
        """A fault that stands was seen to act."""
        with self._lock:
            waiting.bitten += 1

    def _let_heed(self, changed: list[Waiting]) -> None:
        if self.door is not None and any(waiting.rule.route == CONNECTION for waiting in changed):
            self.door.apply_rules()

    def _note(self) -> None:
        self.are_waiting = any(waiting.rule.route != CONNECTION for waiting in self._waiting)
        self.are_early = any(waiting.rule.fault.is_early for waiting in self._waiting)
