"""Texts in the app's state in which a programming language's word for a missing value, such as "None", became text.

A word counts only if the API served no value of a field for this row, and most other rows with the field show it in the same
place: an app may use the same word on purpose elsewhere. In a copy of a record as JSON, or after a name as in ``shop=null``,
it is lawful.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from fiskil_harness.journal.queries.json_leaves import Path, leaves
from fiskil_harness.journal.queries.rows import Place, name_of_row

Row = dict[str, Any]

_WORD = re.compile(r"(?<![\w.:=])(?<![:=]\s)(?:None|null|undefined|NaN)(?![\w.])")
_RECORD = re.compile(r"\s*[\[{]")
_CODE = re.compile(r"[A-Z0-9_]+")
"""A value of an enumeration. An app shows it under a label of its own, which may be any word."""
FEWEST_LETTERS = 3
"""The minimum length of a served value that is recognised inside a longer text."""


class NullText(Struct, frozen=True):
    """A text with such a word: the row's name in reports, the field that the row lacks, and the text that is shown."""

    row: str
    field: str
    shown: str

    def __str__(self) -> str:
        """Return a line for reports."""
        return f'{self.row}: {self.field} is shown as "{self.shown}", and the API served no {self.field}'


def null_texts(mentions: Mapping[str, Sequence[Place]], versions: Mapping[str, Sequence[Row]]) -> Iterator[NullText]:
    """Yield each text of a row that has such a word where other rows show a value that this row lacks.

    Args:
        mentions: The places of each ``fiskil_id`` in the state.
        versions: The versions of each row that the API served, by ``fiskil_id``.
    """
    columns: dict[tuple[str, Path], dict[str, str]] = defaultdict(dict)
    for fiskil_id in versions:
        for place in mentions[fiskil_id]:
            for path, value in leaves(place.record):
                if path and isinstance(value, str) and not _RECORD.match(value):
                    columns[place.path, path][fiskil_id] = value
    served = {fiskil_id: _texts_of(rows) for fiskil_id, rows in versions.items()}
    for column in columns.values():
        suspects = [row for row, text in column.items() if _WORD.search(text) and not _has_word(served[row].values())]
        others = {row: text for row, text in column.items() if row not in suspects} if suspects else {}
        fields = _fields_shown(others, served)
        for fiskil_id in suspects:
            newest = _texts_of(versions[fiskil_id][-1:])
            lacking = next((field for field in fields if field not in newest), None)
            if lacking:
                yield NullText(name_of_row(versions[fiskil_id][-1]), ".".join(lacking), column[fiskil_id])


def _texts_of(versions: Sequence[Row]) -> dict[Path, set[str]]:
    """Return the texts of each field that has a value in a version of the row."""
    texts: dict[Path, set[str]] = defaultdict(set)
    for path, value in (leaf for version in versions for leaf in leaves(version)):
        if value not in (None, "", [], ()):
            texts[path].add(str(value))
    return dict(texts)


def _has_word(texts: Iterable[set[str]]) -> bool:
    return any(_WORD.search(text) for values in texts for text in values)


def _fields_shown(column: Mapping[str, str], served: Mapping[str, Mapping[Path, set[str]]]) -> list[Path]:
    """Return the fields that the column shows for most rows that have them, also inside longer texts; no enumerations."""
    values: dict[Path, list[set[str]]] = defaultdict(list)
    for fiskil_id, text in column.items():
        for field, texts in served[fiskil_id].items():
            values[field].append({value for value in texts if _is_in(value, text)})
    return sorted(
        field
        for field, found in values.items()
        if sum(map(bool, found)) * 2 > len(found) and not all(map(_CODE.fullmatch, set().union(*found)))
    )


def _is_in(value: str, text: str) -> bool:
    return value == text or (len(value) >= FEWEST_LETTERS and value in text)
