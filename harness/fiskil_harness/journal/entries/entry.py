"""Common base of all journal entries: the time of an observation and the step during which it was made."""

from msgspec import Struct


class Entry(Struct, frozen=True, kw_only=True):
    """One observation.

    *at_s* is the time in real seconds since the scenario began. *step* is the index of the current step, or -1 before the
    first step.
    """

    at_s: float = 0.0
    step: int = -1
