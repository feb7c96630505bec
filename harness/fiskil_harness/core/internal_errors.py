"""Errors of the harness itself, recorded where they happen so that a run can report them.

No request of a client may cause one; each is a defect of the harness.
"""

import traceback

from msgspec import Struct


class Crash(Struct, frozen=True, kw_only=True):
    """An unexpected exception: the ``place``, the type and text as ``error``, the whole traceback as ``trace``."""

    place: str
    error: str
    trace: str


def crash_of(place: str, error: BaseException) -> Crash:
    """Return a record of an exception."""
    return Crash(
        place=place,
        error=f"{type(error).__name__}: {error}",
        trace="".join(traceback.format_exception(error)),
    )
