"""Inserts a row again when it is read again, so amounts count twice after the next sync.

Make fiskil_id the unique key, and update the row if the id exists.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

import time

from reference_app import app, rows, schema

_row_table = schema._row_table


def upsert(tx, end_user_id, reading, row):
    """Insert the row in any case."""
    names = ("end_user_id", "fiskil_id", "consent_id", "account_id", *reading.dataset.columns, "seen_in")
    values = (end_user_id, row.fiskil_id, row.consent_id, row.account_id, *row.values, reading.number)
    places = ", ".join("?" * len(values))
    tx.execute(f"INSERT INTO {reading.dataset.name} ({', '.join(names)}) VALUES ({places})", values)


def remove_vanished(tx, end_user_id, reading):
    """Hide every copy of a row that Fiskil no longer returns."""
    select = f"SELECT fiskil_id FROM {reading.dataset.name} WHERE end_user_id = ? AND seen_in = ?"
    tx.execute(
        f"UPDATE {reading.dataset.name} SET deleted_at = ? WHERE end_user_id = ? AND fiskil_id NOT IN ({select})",
        (time.time(), end_user_id, end_user_id, reading.number),
    )


# The table allows it: no constraint prevents two rows with the same id.
schema._row_table = lambda dataset: _row_table(dataset).replace("PRIMARY KEY (end_user_id, fiskil_id)", "CHECK (1)")
rows.upsert, rows.remove_vanished = upsert, remove_vanished
build = app.build
