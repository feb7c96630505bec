"""Decide whether a state that contains a row more than once keeps versions of it, and marks which of them is current.

A *mark* is a field of a record with a flag, a missing value or a word: ``"is_current": true``, no ``valid_to``,
``"state": "current"``. Numbers and times are no marks, because rows that were inserted twice differ in them too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from fiskil_harness.journal.queries.rows import places

LONGEST_WORD = 40
MISSING = ""
"""The value of a mark in a record without the field, or with null or an empty text in it."""

Record = dict[str, Any]
Records = dict[str, list[Record]]
"""The records of each row at one path, by the row's id."""


class Mark(Struct, frozen=True):
    """A field, and its value in records that are current, at one path of the state."""

    path: str
    field: str
    value: str | bool

    def current(self, records: Records) -> Records:
        """Return the records with the mark; rows without one are left out."""
        marked = {name: [record for record in own if self._is_on(record)] for name, own in records.items()}
        return {name: own for name, own in marked.items() if own}

    def _is_on(self, record: Record) -> bool:
        return _value(record.get(self.field)) == self.value


def marks_current_versions(states: Sequence[Any], fiskil_ids: Collection[str]) -> bool:
    """Return True if a mark distinguishes one current record of each row from its other records, now and before.

    In the last of *states*, exactly one record of each of *fiskil_ids* has the mark. In each earlier state that shows rows,
    some records have it, and no row has it twice. Whenever a row got another record, another record became the current one.
    """
    history = [_records(state, fiskil_ids) for state in states]
    last = history[-1]
    return any(
        len(mark.current(last[mark.path])) == len(fiskil_ids)
        and all(_is_one_each(mark, state[mark.path]) for state in history if mark.path in state)
        and not any(_is_added_only(mark, *pair) for pair in pairwise(history))
        for mark in _marks(last)
    )


def _is_one_each(mark: Mark, records: Records) -> bool:
    current = mark.current(records)
    return bool(current) and all(len(own) == 1 for own in current.values())


def _is_added_only(mark: Mark, before: dict[str, Records], after: dict[str, Records]) -> bool:
    """Return True if a row has more records than before, and still the same current one."""
    earlier, later = before.get(mark.path, {}), after.get(mark.path, {})
    grown = [name for name, own in later.items() if name in earlier and len(own) > len(earlier[name])]
    was_current, is_current = mark.current(earlier), mark.current(later)
    return any(name in was_current and was_current[name] == is_current.get(name) for name in grown)


def _records(state: Any, fiskil_ids: Collection[str]) -> dict[str, Records]:
    """Return the records of each row in *state*, by their path."""
    records = defaultdict[str, Records](lambda: defaultdict(list))
    for fiskil_id, mentions in places(state, fiskil_ids).items():
        for place in mentions:
            if isinstance(place.record, dict):
                records[place.path][fiskil_id].append(place.record)
    return dict(records)


def _marks(records_by_path: dict[str, Records]) -> Iterator[Mark]:
    """Yield each mark that some records have and others of the same path do not."""
    for path, records in records_by_path.items():
        every = [record for own in records.values() for record in own]
        for field in sorted({name for record in every for name in record}):
            values = {_value(record.get(field)) for record in every}
            if len(values) > 1:
                yield from (Mark(path, field, value) for value in values if value is not None)


def _value(value: Any) -> str | bool | None:
    """Return *value* as the value of a mark; None if it is a number, a time, a long text or no scalar."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, bool):
        return value
    is_word = isinstance(value, str) and len(value) <= LONGEST_WORD and not any(letter.isdigit() for letter in value)
    return value if is_word else None
