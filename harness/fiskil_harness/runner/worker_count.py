"""Chooses how many worker processes play scenarios at a time, by how much of the machine's processors is unused."""

# Theory of operation
# ===================
# Each worker process has its own sandbox and its own app. A worker mostly waits: for the app's response, for its effects, or
# for the time after which the absence of an effect is proven. No such wait may be shortened, but other workers can use it.
# How much a worker waits depends on the app, so the number of workers follows what the processors do during the run:
#
#   unused share of the processors since the last look     number of workers
#   -----------------------------------------------------  ------------------------------------------------------
#   at least GROWS_AT                                      one more, up to the most
#   at most SHRINKS_AT                                     one fewer, down to the number at the start of the run
#   between them, or unknown                               the same
#
# The limits of an app are real time, so a machine without reserve would make them unreliable. That is why the number grows
# only while many processors are unused, by one at a time, and only as far as the memory allows. What other programs use
# counts as used: on a busy machine the number stays as it was at the start. A worker that is one too many gets no further
# scenario; its running scenario is not disturbed.
#
# The number never influences a result: each scenario begins with an idle app and an empty sandbox in any worker.

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from fiskil_harness.core.clock import stopwatch

FEWEST_AT_START, MOST_AT_START = 2, 6
"""Bounds of the number at the start: two even on one core, because scenarios mostly wait; at most six apps."""
MOST_FOR_EACH_CORE, MOST = 6, 16
"""Bounds of the number later on."""
GROWS_AT, SHRINKS_AT = 0.4, 0.1
"""The unused shares of the processors at which the number grows or shrinks."""
LOOK_EVERY_S: Final = 1.5
"""Real seconds between two looks at the processors: a new worker has begun its first scenario by then."""
MIB_FOR_EACH: Final = 300
"""The memory that a worker with its app may need."""


class WorkerCount:
    """The number of workers that may play at a time."""

    def __init__(
        self,
        at_start: int,
        most: int | None = None,
        *,
        read_ticks: "Callable[[], tuple[int, int] | None] | None" = None,
        watch: Callable[[], Callable[[], float]] = stopwatch,
    ) -> None:
        """Begin with *at_start*.

        Args:
            most: The largest number; None keeps *at_start* for good.
            read_ticks: Returns the unused processor time so far and the whole, both in ticks; None if they are not known.
            watch: Starts a stopwatch.
        """
        self.at_start, self.most = at_start, max(most or at_start, at_start)
        self.now = self.largest = at_start
        """The present number; the largest number so far."""
        self._read_ticks, self._watch = read_ticks or processor_ticks, watch
        self._elapsed, self._ticks = watch(), self._read_ticks()

    @property
    def look_every_s(self) -> float | None:
        """The longest time between two calls of ``adapt``, in real seconds; None if the number never changes."""
        return LOOK_EVERY_S if self.most > self.at_start else None

    def adapt(self) -> None:
        """Change the number if the time for a look has come, and the processors have much or no reserve."""
        if self.look_every_s is None or self._elapsed() < self.look_every_s:
            return
        before, self._ticks = self._ticks, self._read_ticks()
        self._elapsed = self._watch()
        if before is None or self._ticks is None or self._ticks[1] <= before[1]:
            return
        unused = (self._ticks[0] - before[0]) / (self._ticks[1] - before[1])
        if unused >= GROWS_AT:
            self.now = min(self.now + 1, self.most)
        elif unused <= SHRINKS_AT:
            self.now = max(self.now - 1, self.at_start)
        self.largest = max(self.largest, self.now)


def count_at_start() -> int:
    """Return the number of workers at the start of a run: two for each core, and two to six in all."""
    return min(max(_core_count() * 2, FEWEST_AT_START), MOST_AT_START)


def largest_count() -> int:
    """Return the largest number of workers that the cores and the free memory of this machine allow."""
    free_mib = free_memory_mib()
    by_memory = MOST if free_mib is None else int(free_mib // MIB_FOR_EACH)
    return max(min(_core_count() * MOST_FOR_EACH_CORE, by_memory, MOST), count_at_start())


def processor_ticks() -> tuple[int, int] | None:
    """Return the unused processor time since the start of the machine and the whole, in ticks; None if it is not known."""
    with suppress(OSError, ValueError, IndexError):
        # user, nice, system, idle, iowait, irq, softirq, steal
        ticks = [int(word) for word in Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]]
        return ticks[3] + ticks[4], sum(ticks)
    return None


def free_memory_mib() -> float | None:
    """Return the memory that programs can get without swapping, in MiB; None if it is not known."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) / 1024
    return None


def _core_count() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
