"""Old values of a row in the app's state, found by their *slots*: a place of the row, and the path of the value below it.

Nothing replaces the value of a field that the API no longer serves. A state may keep old versions of rows and logs of
changes, so the old value counts only if every slot still has it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fiskil_harness.journal.queries.json_leaves import Path, at, leaves
from fiskil_harness.journal.queries.rows import Place, holds_value

Slot = tuple[str, Path]


def still_shows(earlier: Sequence[Place], now: Sequence[Place], value: Any) -> bool | None:
    """Return True if all slots that had *value* earlier have it now, and False if one lacks it; None without such slots.

    If several records have the same path, such as versions of the row in one list, one record without the value is enough.

    Args:
        earlier: The places of the row in the state when the API served *value*.
        now: The places of the row in the state afterwards.
    """
    slots = {slot for place in earlier for slot in _slots(place, value)}
    results = [_has(records, path, value) for place, path in slots if (records := _records_at(now, place))]
    return all(results) if results else None


def replaces(earlier: Sequence[Place], now: Sequence[Place], old: Any, new: Any) -> bool:
    """Return True if a slot that had the value *old* earlier has the value *new* now; ``still_shows`` has the arguments."""
    slots = {slot for place in earlier for slot in _slots(place, old)}
    return any(holds_value([at(record, path)], new) for place, path in slots for record in _records_at(now, place))


def _slots(place: Place, value: Any) -> Iterator[Slot]:
    for path, shown in leaves(place.record):
        if path and not isinstance(shown, list) and holds_value([shown], value):
            yield place.path, path


def _records_at(mentions: Sequence[Place], path: str) -> list[Any]:
    return [place.record for place in mentions if place.path == path]


def _has(records: list[Any], path: Path, value: Any) -> bool:
    return all(holds_value([at(record, path)], value) for record in records)
