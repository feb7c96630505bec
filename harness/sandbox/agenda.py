"""What is due on the clock, in the order of its time. What happens may put more on it, as a sync does that is to recur."""

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heappop, heappush

Act = Callable[[], None]


class Agenda:
    """Acts by their instants, none later than *until*; those of one instant happen in the order they were put on."""

    def __init__(self, *, until: datetime) -> None:
        self.until = until
        self._count = 0
        self._acts: list[tuple[datetime, int, Act]] = []

    def add(self, at: datetime, act: Act) -> None:
        """Put *act* on; one that is due later than the agenda goes is left to a later one."""
        if at <= self.until:
            heappush(self._acts, (at, self._count, act))
            self._count += 1

    def __iter__(self) -> Iterator[tuple[datetime, Act]]:
        while self._acts:
            at, _, act = heappop(self._acts)
            yield at, act
