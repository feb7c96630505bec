"""Records of unexpected exceptions in the harness itself, so that a run can report them.

Each such exception is a defect of the harness: no request of a client may cause one.
"""

import traceback

from msgspec import Struct


class Crash(Struct, frozen=True, kw_only=True):
    """An unexpected exception in the harness.

    ``place`` is the component that raised it, ``error`` its type and text, and ``trace`` the whole traceback.
    """

    place: str
    error: str
    trace: str


def crash_of(place: str, error: BaseException) -> Crash:
    """Return the record of the exception *error* that the component *place* raised."""
    return Crash(place=place, error=f"{type(error).__name__}: {error}", trace="".join(traceback.format_exception(error)))
