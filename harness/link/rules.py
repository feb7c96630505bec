"""Which exchanges a fault waits for, and the counters that make it bite exactly as often as asked."""

import threading
from fnmatch import fnmatchcase

from msgspec import Struct

from harness.errors import ConfigError
from harness.faults import AnyFault


class Rule(Struct, frozen=True, kw_only=True):
    """A fault on a route, ``times`` times after letting ``skip`` matching exchanges pass.

    0 times means every time, and at least once.
    """

    route: str
    fault: AnyFault
    times: int = 1
    skip: int = 0

    @property
    def name(self) -> str:
        """The fault with its parameters, as reports name it."""
        return repr(self.fault).replace("'", "")

    def check(self) -> "Rule":
        """Refuse a fault that breaks nothing and counts below zero; return the rule itself.

        Raises:
            ConfigError: One of its numbers makes no sense.
        """
        self.fault.check()
        if self.times < 0 or self.skip < 0:
            raise ConfigError(f"Break on {self.route!r}: times and skip count from 0, got {self.times} and {self.skip}.")
        return self


class Waiting:
    """A rule with what is left of it: ``left`` counts the bites that must still come.

    ``spared`` counts the exchanges that were its own and gave it nothing to spoil.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.wanted = rule.times or 1
        self.spared = 0
        self._taken = 0
        self._skip = rule.skip

    @property
    def left(self) -> int:
        """How many bites must still come."""
        return max(0, self.wanted - self._taken)

    @property
    def lack(self) -> str:
        """In words, why bites are left."""
        return why_unbitten(self.spared)

    def takes(self, route: str) -> bool:
        """Whether this exchange is the fault's; taking it counts."""
        is_used_up = self.rule.times > 0 and self.left <= 0
        if is_used_up or not fnmatchcase(route, self.rule.route):
            return False
        if self._skip > 0:
            self._skip -= 1
            return False
        self._taken += 1
        return True

    def gives_back(self) -> None:
        """The exchange taken was no bite after all."""
        self._taken -= 1
        self.spared += 1


def why_unbitten(spared: int) -> str:
    """In words, why a fault did not bite as often as it was to."""
    if not spared:
        return "nothing called it"
    answers = "1 answer" if spared == 1 else f"{spared} answers"
    return f"{answers} had too short a body for it to change anything"


class Rules:
    """The faults that wait; taking one is atomic."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._lock = threading.Lock()

    @property
    def are_waiting(self) -> bool:
        """Whether any fault has been set and not lifted."""
        return bool(self._waiting)

    def set(self, rule: Rule) -> Waiting:
        """Let a fault wait; the answer knows how many bites are left."""
        waiting = Waiting(rule)
        with self._lock:
            self._waiting.append(waiting)
        return waiting

    def lift(self, waiting: Waiting) -> None:
        """Stop a fault from waiting."""
        with self._lock:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def take(self, route: str) -> Waiting | None:
        """The first waiting fault that matches, if one does."""
        if not self._waiting:
            return None
        with self._lock:
            for waiting in self._waiting:
                if waiting.takes(route):
                    return waiting
        return None

    def give_back(self, waiting: Waiting) -> None:
        """Let a fault wait for another exchange: it left the one that it took as it was."""
        with self._lock:
            waiting.gives_back()

    def waiting(self) -> list[Waiting]:
        """Every fault that has been set and not lifted."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Lift every fault."""
        with self._lock:
            self._waiting.clear()
