"""Places where processing can be made to fail once, so that recovery can be rehearsed.

Nothing is ever armed in production: only ``POST /_harness/fail`` arms.
"""

import sqlite3

POINTS = ("before", "midway", "after", "database")

_armed: set[str] = set()


class Tripped(Exception):
    """The failure that was ordered."""


def arm(point: str) -> None:
    """Let the next passage of *point* fail."""
    _armed.add(point)


def trip(point: str) -> None:
    """Fail here if *point* is armed, and disarm it."""
    if point not in _armed:
        return
    _armed.discard(point)
    if point == "database":
        raise sqlite3.OperationalError("database is down (rehearsal)")
    raise Tripped(point)
