"""What every observation has in common: when it was made, and during which step."""

from msgspec import Struct


class Entry(Struct, frozen=True, kw_only=True):
    """One observation. ``step`` is the index of the step that was being performed."""

    at_s: float = 0.0
    step: int = -1
