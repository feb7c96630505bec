"""What broke in the harness itself: noted where it happened, so that a run can say "a fault of our own".

Nothing that a client sends may end here; a note is always a defect of ours.
"""

import traceback

from msgspec import Struct


class Crash(Struct, frozen=True, kw_only=True):
    """An exception nobody expected. ``place`` says where, ``error`` its type and text, ``trace`` the whole traceback."""

    place: str
    error: str
    trace: str


def crash_of(place: str, error: BaseException) -> Crash:
    """Turn an exception into a note that outlives it."""
    return Crash(
        place=place,
        error=f"{type(error).__name__}: {error}",
        trace="".join(traceback.format_exception(error)),
    )
