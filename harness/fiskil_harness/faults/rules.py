"""Rules: conditions for the exchanges that a fault bites, and counters that make it bite exactly as often as requested."""

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
"""The route in rules of connection faults."""

Scope = Literal["all", "end_user", "route", "connection"]


class Facts(Struct, frozen=True, kw_only=True):
    """The properties of one exchange that a rule can select by.

    Args:
        route: The name of the route.
        method: The HTTP method, in upper case.
        end_user_id: The end user that the request concerns; empty if unknown.
        version: The API version of the request.
        page: The number of the requested page of a list, counted from 1.
        connection: The client's port, which identifies the connection; 0 if unknown.
        clock_s: Sandbox time in seconds.
        names: Function that returns True if the request contains an id in its path, query or body.
        has_reported: Function that returns True if an event of a kind has already been delivered.
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
    """A fault, with conditions for the exchanges that it bites.

    Args:
        route: A route, a pattern of routes such as ``banking.*``, or ``connection``.
        fault: The fault that acts on these exchanges.
        times: The number of exchanges to bite; 0 for every matching exchange, of which there must be at least one.
        skip: The number of matching exchanges to skip before the first bite.
        nth: The numbers of the exchanges to bite, counted from 1; excludes ``times``, ``skip``, ``every`` and ``p``.
        every: The fault bites only every n-th matching exchange; this is n.
        p: The probability of a bite; ``seed`` makes the draws repeatable.
        seed: The seed of all random choices: those of ``p`` and those of the fault.
        method: The method to match; empty for any.
        end_user_id: The end user to match; empty for any.
        session_id: An id that the request must contain; empty for any.
        version: The API version to match; empty for any.
        page: The page to match, counted from 1; 0 for any.
        from_event: The kind of event that must be delivered before the first bite; empty for none.
        until_event: The kind of event after whose delivery the fault no longer bites; empty for none.
        between_s: Begin and end of the time in which the fault bites, in sandbox seconds since it was set; None for always.
        scope: ``all`` for one counter of exchanges, or a counter for each ``end_user``, ``route`` or ``connection``.
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
        """The fault with its arguments, as reports display it."""
        return repr(self.fault).replace("'", "")

    def check(self) -> "Rule":
        """Return the rule itself, or raise ConfigError if it is impossible.

        Raises:
            ConfigError: The fault would break nothing, a number is out of range, or two fields exclude each other.
        """
        self.fault.check()
        subject = f"A fault on {self.route!r}"
        if self.times < 0 or self.skip < 0:
            raise ConfigError(f"{subject}: times and skip count from 0, got {self.times} and {self.skip}.")
        if self.every < 1 or self.page < 0 or any(number < 1 for number in self.nth):
            raise ConfigError(f"{subject}: every, page and nth count from 1.")
        if self.nth and (self.times != 1 or self.skip or self.every != 1 or self.p < 1):
            raise ConfigError(f"{subject}: nth selects exchanges by number, so it excludes times, skip, every and p.")
        if not 0 <= self.p <= 1:
            raise ConfigError(f"{subject}: p must be a probability from 0 to 1, got {self.p}.")
        if self.between_s is not None and not 0 <= self.between_s[0] < self.between_s[1]:
            raise ConfigError(f"{subject}: between_s must be an earlier and a later second, got {self.between_s}.")
        if (self.fault.where == CONNECTION) != (self.route == CONNECTION):
            place = f"on the route {CONNECTION!r}" if self.fault.where == CONNECTION else "on routes of the API"
            raise ConfigError(f"{subject}: {type(self.fault).__name__} is possible only {place}.")
        if self.fault.is_lasting and self._is_timed:
            raise ConfigError(
                f"{subject}: {type(self.fault).__name__} acts from the moment it is set until it is lifted, "
                "so it takes no condition. Leave the conditions out, and lift it."
            )
        if self.route == CONNECTION and self._is_about_an_exchange:
            raise ConfigError(f"{subject}: a connection has no method, end user, session, version, page or event.")
        return self

    @property
    def _is_timed(self) -> bool:
        return bool(self.skip or self.nth or self.between_s) or self.every > 1 or 0 < self.p < 1

    @property
    def _is_about_an_exchange(self) -> bool:
        conditions = (self.method, self.end_user_id, self.session_id, self.version, self.page)
        return any(conditions) or bool(self.from_event or self.until_event) or self.scope != "all"

    def is_about(self, facts: Facts, *, set_s: float) -> bool:
        """Return True if an exchange meets the conditions of the rule, which was set at sandbox second *set_s*."""
        conditions = (
            (self.method, facts.method),
            (self.end_user_id, facts.end_user_id),
            (self.version, facts.version),
            (self.page, facts.page),
        )
        if any(required and required != actual for required, actual in conditions) or not fnmatchcase(
            facts.route, self.route
        ):
            return False
        if self.session_id and not facts.names(self.session_id):
            return False
        if self.from_event and not facts.has_reported(self.from_event):
            return False
        if self.until_event and facts.has_reported(self.until_event):
            return False
        return self.between_s is None or self.between_s[0] <= facts.clock_s - set_s < self.between_s[1]

    def counted_by(self, facts: Facts) -> Hashable:
        """Return the key of the counter to which an exchange belongs."""
        return {"all": "", "end_user": facts.end_user_id, "route": facts.route, "connection": facts.connection}[self.scope]


class Waiting:
    """A rule that has been set, with its counters.

    Attributes:
        number: Identifies the rule among all that were ever set, counted from 1.
        required: The number of bites that are required.
        bitten: The number of exchanges or connections that the rule has taken, without those in ``spared``.
        spared: The number of taken exchanges or connections that gave the fault nothing to spoil.
        pending: The number of taken connections for which it is not known yet if the fault bites.
        is_unseen: True if bites may be unobserved, because this system does not report refused connections.
        memory: State that the fault keeps across exchanges.
    """

    def __init__(self, rule: Rule, *, set_s: float = 0.0, number: int = 0) -> None:
        self.rule = rule
        self.number = number
        self.required = (len(rule.nth) or rule.times or 1) if rule.p > 0 else 0
        self.spared = 0
        self.bitten = 0
        self.pending = 0
        self.is_unseen = False
        self.memory: dict[str, Any] = {}
        self.set_s = set_s
        self._chance = Random(rule.seed)
        self._matched: Counter[Hashable] = Counter()
        self._taken: Counter[Hashable] = Counter()
        self._has_passed_other_pages = False

    @property
    def is_lasting_reason(self) -> bool:
        """True if the fault gives an app a reason to wait until it is lifted: it acts without end, and may have acted."""
        is_endless = self.rule.fault.is_lasting or not self.rule.times
        return is_endless and bool(self.rule.fault.is_lasting or self.bitten or self.pending)

    @property
    def left(self) -> int:
        """The number of bites that are still missing."""
        return max(0, self.required - self.bitten + self.pending)

    @property
    def problem(self) -> str:
        """The reason why bites are missing, as a sentence fragment."""
        if self.is_unseen:
            return "this system does not report which connects it refused"
        if not self.spared and self._matched:
            return "the app made too few of these calls"
        if not self.spared and self._has_passed_other_pages:
            return f"page {self.rule.page} was never requested"
        return why_unbitten(self.spared)

    def take(self, facts: Facts) -> bool:
        """Take and count an exchange if conditions and counters allow it; return True if it was taken."""
        rule = self.rule
        if not rule.is_about(facts, set_s=self.set_s):
            self._has_passed_other_pages |= rule.page not in {0, facts.page} and fnmatchcase(facts.route, rule.route)
            return False
        key = rule.counted_by(facts)
        if rule.times > 0 and not rule.nth and self._taken[key] >= rule.times:
            return False
        self._matched[key] += 1
        number = self._matched[key]
        is_in_turn = number > rule.skip and (number - rule.skip) % rule.every == 0
        is_due = number in rule.nth if rule.nth else is_in_turn
        if not is_due or (rule.p < 1 and self._chance.random() >= rule.p):
            return False
        self._taken[key] += 1
        self.bitten += 1
        return True

    def give_back(self, facts: Facts) -> None:
        """Do not count the last exchange as a bite, because the fault found nothing in it that it could change."""
        self._taken[self.rule.counted_by(facts)] -= 1
        self.bitten -= 1
        self.spared += 1


def why_unbitten(spared: int) -> str:
    """Return the reason why a fault bit less often than required, as a sentence fragment."""
    if not spared:
        return "nothing matched it"
    responses = "1 response" if spared == 1 else f"{spared} responses"
    return f"{responses} gave it nothing to spoil"


class Taken(Struct, frozen=True, kw_only=True):
    """A rule that has taken an exchange; ``bite`` is the number of its earlier bites."""

    waiting: Waiting
    bite: int

    @property
    def chance(self) -> Random:
        """A random generator that depends only on the rule's seed and route and on the bite."""
        return Random(f"{self.waiting.rule.seed}/{self.waiting.rule.route}/{self.bite}")


class RuleListener(Protocol):
    """Interface of an object that is notified when connection faults are set or lifted."""

    def refuse_impossible(self, rule: Rule) -> None:
        """Raise ConfigError if this server cannot perform the fault of *rule*."""

    def apply_rules(self) -> None:
        """Apply the current rules."""


class Rules:
    """The rules that are set, protected by a lock; ``listener`` is notified when rules for connections change."""

    def __init__(self, *, clock_s: Callable[[], float] = lambda: 0.0) -> None:
        self._waiting: list[Waiting] = []
        self._latest = 0
        self._lock = threading.Lock()
        self._clock_s = clock_s
        self.are_waiting = False
        """True if any fault for exchanges is set."""
        self.are_early = False
        """True if any fault is set that does not wait for the body of a request."""
        self.listener: RuleListener | None = None

    def set(self, rule: Rule) -> Waiting:
        """Set a rule, and return it with its counters.

        Raises:
            ConfigError: The rule has a connection fault that this server cannot perform.
        """
        if self.listener is not None:
            self.listener.refuse_impossible(rule)
        with self._lock:
            self._latest += 1
            waiting = Waiting(rule, set_s=self._clock_s(), number=self._latest)
            self._waiting.append(waiting)
            self._update_flags()
        self._notify([waiting])
        return waiting

    def lift(self, waiting: Waiting) -> None:
        """Remove a rule; nothing happens if it is not set."""
        with self._lock:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            self._update_flags()
        self._notify([waiting])

    def take(self, facts: Facts, *, is_early: bool = False) -> list[Taken]:
        """Return the rules that take an exchange, in the order in which they were set; at most one has a fault that ends it.

        Args:
            facts: The properties of the exchange.
            is_early: True selects the rules whose faults do not wait for the request body; False selects all other rules.
        """
        taken: list[Taken] = []
        if not self._waiting:
            return taken
        has_end = False
        with self._lock:
            for waiting in self._waiting:
                ends = waiting.rule.fault.ends
                if waiting.rule.fault.is_early != is_early or (ends and has_end) or not waiting.take(facts):
                    continue
                has_end |= ends
                taken.append(Taken(waiting=waiting, bite=waiting.bitten - 1))
        return taken

    def give_back(self, waiting: Waiting, facts: Facts) -> None:
        """Undo taking an exchange for the rule *waiting*, because it gave the fault nothing to spoil."""
        with self._lock:
            waiting.give_back(facts)

    def waiting(self) -> list[Waiting]:
        """Return every rule that has been set and not lifted."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Lift every rule."""
        with self._lock:
            lifted = list(self._waiting)
            self._waiting.clear()
            self._update_flags()
        self._notify(lifted)

    def take_connection(self) -> Waiting | None:
        """Return the first rule that takes a new connection, if any; port faults such as ``refuse`` take no connections."""
        if not self._waiting:
            return None
        with self._lock:
            for waiting in self._waiting:
                fault = waiting.rule.fault
                if isinstance(fault, ConnectionFault) and fault.port_state is None and waiting.take(A_CONNECTION):
                    waiting.pending += 1
                    return waiting
        return None

    def settle(self, waiting: Waiting, *, has_bitten: bool) -> None:
        """Count the outcome of a connection; if the fault did not bite, it waits for another connection."""
        with self._lock:
            waiting.pending -= 1
            if not has_bitten:
                waiting.give_back(A_CONNECTION)

    def note(self, waiting: Waiting) -> None:
        """Count an observed bite of a port fault, such as ``refuse``."""
        with self._lock:
            waiting.bitten += 1

    def _notify(self, changed: list[Waiting]) -> None:
        if self.listener is not None and any(waiting.rule.route == CONNECTION for waiting in changed):
            self.listener.apply_rules()

    def _update_flags(self) -> None:
        self.are_waiting = any(waiting.rule.route != CONNECTION for waiting in self._waiting)
        self.are_early = any(waiting.rule.fault.is_early for waiting in self._waiting)
