"""Shows a transaction's new category only after the next reading, because its cache of categories is refreshed too late.

Store every field of a row in the reading in which it arrives.
"""

import dataclasses

from reference_app import app, rows

FIELDS = ("primary_category", "secondary_category")

_upsert = rows.upsert
_cache = {}


def upsert(tx, end_user_id, reading, row):
    """Take categories from the cache, then refresh the cache."""
    places = [reading.dataset.columns.index(name) for name in FIELDS if name in reading.dataset.columns]
    if places:
        fresh = [row.values[place] for place in places]
        cached = _cache.get((end_user_id, row.fiskil_id), fresh)
        _cache[end_user_id, row.fiskil_id] = fresh
        values = list(row.values)
        for place, value in zip(places, cached, strict=True):
            values[place] = value
        row = dataclasses.replace(row, values=tuple(values))
    _upsert(tx, end_user_id, reading, row)


rows.upsert = upsert
build = app.build
