"""Old values of a row in the app's state, found by their *slots*: a place of the row, and the path of the value below it.

Nothing replaces the value of a field that the API no longer serves. A state may keep old versions of rows and logs of
changes, so the old value counts only if every slot still has it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from fiskil_harness.journal.queries.days import days_of
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


def rows_with_own_changes(
    earlier: Mapping[str, Sequence[Place]], now: Mapping[str, Sequence[Place]], changed: Collection[str]
) -> set[str]:
    """Return those rows of *changed* in which the app replaced a value that it left as it was in each other row.

    So a time of the last sync, which changes in every row, does not count. Nor does a value that the app removed, a date, or
    a number that is one higher, which may count versions. The result is empty if no other row has a place in both states.

    Args:
        earlier: The places of each row, by ``fiskil_id``, in the state before the change.
        now: The places of each row in the state afterwards.
        changed: The ids of the rows that changed in the API.
    """
    slots = {row: _changed_slots(found, now.get(row, ())) for row, found in earlier.items() if found and now.get(row)}
    others = [slots[row] for row in slots if row not in changed]
    elsewhere = {slot for other in others for slot in other}
    return {row for row in changed if slots.get(row, set()) - elsewhere} if others else set()


def is_given(value: Any) -> bool:
    """Return True unless *value* is null or an empty text."""
    return value is not None and value != ""


def _changed_slots(earlier: Sequence[Place], now: Sequence[Place]) -> set[Slot]:
    before, after = values_by_slot(earlier), values_by_slot(now)
    return {slot for slot, values in after.items() if slot in before and _is_replaced(before[slot], values)}


def _is_replaced(before: list[Any], after: list[Any]) -> bool:
    changed = [(old, new) for old, new in zip_longest(before, after) if old != new]
    return any(is_given(new) and not days_of(new) and not _is_next(old, new) for old, new in changed)


def _is_next(old: Any, new: Any) -> bool:
    numbers = isinstance(old, int) and isinstance(new, int) and not isinstance(old, bool) and not isinstance(new, bool)
    return numbers and new == old + 1


def values_by_slot(mentions: Sequence[Place]) -> dict[Slot, list[Any]]:
    """Return the values in the records of a row, except lists, by their slots."""
    values: dict[Slot, list[Any]] = {}
    for place in mentions:
        for path, value in leaves(place.record):
            if not isinstance(value, list):
                values.setdefault((place.path, path), []).append(value)
    return values


def _slots(place: Place, value: Any) -> Iterator[Slot]:
    for path, shown in leaves(place.record):
        if path and not isinstance(shown, list) and holds_value([shown], value):
            yield place.path, path


def _records_at(mentions: Sequence[Place], path: str) -> list[Any]:
    return [place.record for place in mentions if place.path == path]


def _has(records: list[Any], path: Path, value: Any) -> bool:
    return all(holds_value([at(record, path)], value) for record in records)
