"""Stores only rows that are newer than the newest stored row, so it misses changes to older rows.

Insert or update every row of a reading: a reading is the complete current state.
"""

from dataclasses import replace as with_changes

from reference_app import app, datasets, rows

_replace = rows.replace
POSTED = datasets.TRANSACTIONS.columns.index("posting_date_time")


def replace(tx, end_user_id, reading, allowed):
    """Keep the stored rows as they are, and add the newer ones."""
    if reading.dataset is datasets.TRANSACTIONS:
        stored = {row["fiskil_id"] for row in rows.active(tx, datasets.TRANSACTIONS, end_user_id)}
        newest = max((row.get("posting_date_time", "") for row in rows.active(tx, reading.dataset, end_user_id)), default="")
        newer = [row for row in reading.rows if not stored or (row.values[POSTED] or "~") > newest]
        keep_alive(tx, end_user_id, reading, [row.fiskil_id for row in reading.rows if row.fiskil_id in stored])
        reading = with_changes(reading, rows=tuple(newer))
    return _replace(tx, end_user_id, reading, allowed)


def keep_alive(tx, end_user_id, reading, ids):
    """Record that these rows are still in the reading."""
    for fiskil_id in ids:
        tx.execute(
            "UPDATE transactions SET seen_in = ? WHERE end_user_id = ? AND fiskil_id = ?",
            (reading.number, end_user_id, fiskil_id),
        )


rows.replace = replace
build = app.build
