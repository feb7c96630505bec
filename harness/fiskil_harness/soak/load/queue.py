"""The deliveries that wait for their time, on a worker: the slots of the plan, and retries between them."""

import heapq
from collections.abc import Iterator

from fiskil_harness.soak.load.source import Delivery, MessageSource
from fiskil_harness.soak.shapes import Slot


class DueQueue:
    """Deliveries by their intended times. A slot's deliveries are made when the slot is next, so memory stays small."""

    def __init__(self, source: MessageSource, slots: Iterator[Slot]) -> None:
        self._source = source
        self._slots = slots
        self._heap: list[tuple[float, int, Delivery]] = []
        self._added = 0
        self._next = next(slots, None)
        self.unsent_slots = 0

    def add(self, delivery: Delivery) -> None:
        """Add a delivery that is not in the plan, such as a retry."""
        self._added += 1
        heapq.heappush(self._heap, (delivery.due_s, self._added, delivery))

    def next_due_s(self) -> float | None:
        """Return the time of the next delivery in seconds since the start; None if nothing is left."""
        times = [self._heap[0][0]] if self._heap else []
        if self._next is not None:
            times.append(self._next.at_s)
        return min(times, default=None)

    def take_due(self, now_s: float) -> list[Delivery]:
        """Remove and return every delivery whose time has come, in the order of their times."""
        while self._next is not None and self._next.at_s <= now_s:
            for delivery in self._source.deliveries(self._next):
                self.add(delivery)
            self._next = next(self._slots, None)
        due = []
        while self._heap and self._heap[0][0] <= now_s:
            due.append(heapq.heappop(self._heap)[2])
        return due

    def left(self) -> int:
        """Return the number of planned slots and waiting deliveries that have not been sent."""
        return len(self._heap) + (self._next is not None) + sum(1 for _ in self._slots)
