"""Takes from a reading only the rows that were posted after the newest that it holds, so changes are missed.

A reading says what there is now; every row of it must be inserted or updated.
"""

from dataclasses import replace as changed

from reference_app import app, datasets, rows

_replace = rows.replace
POSTED = datasets.TRANSACTIONS.columns.index("posting_date_time")


def replace(tx, end_user_id, reading, allowed):
    """Old rows as they are held, and the newer ones of the reading."""
    if reading.dataset is datasets.TRANSACTIONS:
        held = {row["fiskil_id"] for row in rows.active(tx, datasets.TRANSACTIONS, end_user_id)}
        newest = max((row.get("posting_date_time", "") for row in rows.active(tx, reading.dataset, end_user_id)), default="")
        kept = [one for one in reading.rows if not held or (one.values[POSTED] or "~") > newest]
        keep_alive(tx, end_user_id, reading, [one.fiskil_id for one in reading.rows if one.fiskil_id in held])
        reading = changed(reading, rows=tuple(kept))
    return _replace(tx, end_user_id, reading, allowed)


def keep_alive(tx, end_user_id, reading, ids):
    """What is still there has been seen again."""
    for fiskil_id in ids:
        tx.execute(
            "UPDATE transactions SET seen_in = ? WHERE end_user_id = ? AND fiskil_id = ?",
            (reading.number, end_user_id, fiskil_id),
        )


rows.replace = replace
build = app.build
