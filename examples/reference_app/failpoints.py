"""Points where processing can be made to fail once, so that recovery can be tested.

They are never armed in production: only ``POST /_harness/fail`` arms them.
"""

import sqlite3
from collections import Counter

POINTS = ("before", "midway", "after", "database")

_armed: Counter[str] = Counter()
_tripped: Counter[str] = Counter()


class Tripped(Exception):
    """A requested failure."""


def arm(point: str) -> None:
    """Make the next pass of *point* fail; each further call adds one failure."""
    _armed[point] += 1


def tripped() -> int:
    """Return the number of requested failures that have happened."""
    return _tripped.total()


def trip(point: str) -> None:
    """Fail once per request if *point* is armed.

    Raises:
        sqlite3.OperationalError: The point ``database`` is armed.
        Tripped: Another point is armed.
    """
    if not _armed[point]:
        return
    _armed[point] -= 1
    _tripped[point] += 1
    if point == "database":
        raise sqlite3.OperationalError("database is down (test)")
    raise Tripped(point)
