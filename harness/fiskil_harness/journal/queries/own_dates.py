"""Dates in the app's state under names of the app's own, beside the dates that the API served for the same row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fiskil_harness.journal.queries.days import days_of
from fiskil_harness.journal.queries.json_leaves import leaves
from fiskil_harness.journal.queries.rows import Place, name_of_row
from fiskil_harness.journal.queries.served_values import Row, ShownField, is_date_text, plain_name

MIN_DAYS = 3
"""Minimum number of different days that a field must share with the API before it counts as a date of the row."""


def own_dates(mentions: Mapping[str, Sequence[Place]], versions: Mapping[str, Sequence[Row]]) -> Iterator[ShownField]:
    """Yield each moment that the state shows for a row under a name that the API does not use.

    A field of the app's records counts if it has a served day of its row in most rows. A date on any other day, such as that
    of the last change, is left out, unless it is a served moment moved by hours. A moved moment counts only in a record that
    shows no served moment or day in another field: an app may compute further times from it.

    Args:
        mentions: The places of each ``fiskil_id`` in the state.
        versions: The versions of each row that the API served, by ``fiskil_id``.
    """
    columns: dict[tuple[str, ...], list[ShownField]] = {}
    for fiskil_id, rows in versions.items():
        served = tuple(dict.fromkeys(value for row in rows for _, value in leaves(row) if is_date_text(value)))
        names = {plain_name(path[-1]) for row in rows for path, _ in leaves(row)}
        for place in mentions[fiskil_id]:
            dates = [
                (path, ShownField(name_of_row(rows[-1]), path[-1], (value,), served, served))
                for path, value in _dates_in(place.record)
            ]
            is_right = any(field.shared_days and not field.is_moved for _, field in dates)
            for path, field in dates:
                if plain_name(path[-1]) not in names and not (is_right and field.is_moved):
                    columns.setdefault((place.path, *path), []).append(field)
    for column in columns.values():
        on_served_days = [field for field in column if field.shared_days]
        days = {day for field in on_served_days for day in field.shared_days}
        if len(on_served_days) * 2 > len(column) and len(days) >= MIN_DAYS:
            yield from (field for field in column if field.shared_days or field.is_moved)


def _dates_in(record: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the path and the value of each date in *record*."""
    return ((path, value) for path, value in leaves(record) if path and days_of(value))
