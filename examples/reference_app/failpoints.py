"""Places where processing can be made to fail once, so that recovery can be rehearsed.

Nothing is ever armed in production: only ``POST /_harness/fail`` arms.
"""

import sqlite3
from collections import Counter

POINTS = ("before", "midway", "after", "database")

_armed: Counter[str] = Counter()
_tripped: Counter[str] = Counter()


class Tripped(Exception):
    """The failure that was ordered."""


def arm(point: str) -> None:
    """Let the next passage of *point* fail, and with every further order one more."""
    _armed[point] += 1


def tripped() -> int:
    """How often something has failed because it was ordered to."""
    return _tripped.total()


def trip(point: str) -> None:
    """Fail here if *point* is armed, once for each order."""
    if not _armed[point]:
        return
    _armed[point] -= 1
    _tripped[point] += 1
    if point == "database":
        raise sqlite3.OperationalError("database is down (rehearsal)")
    raise Tripped(point)
