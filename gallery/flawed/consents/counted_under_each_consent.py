"""Keys rows by consent and id, and looks for vanished ones under the consents that a reading names: after another consent
every row is there twice.

A row's fiskil_id says which row it is; the consent that it comes under may change.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

import time

from reference_app import app, rows, schema

_row_table, _upsert = schema._row_table, rows.upsert
OLD, NEW = "(end_user_id, fiskil_id)", "(end_user_id, consent_id, fiskil_id)"


class _Rekeyed:
    """A transaction that keys rows by consent as well."""

    def __init__(self, tx):
        self._tx = tx

    def execute(self, statement, values):
        """With the other key in its place."""
        return self._tx.execute(statement.replace(f"ON CONFLICT {OLD}", f"ON CONFLICT {NEW}"), values)


def upsert(tx, end_user_id, reading, row):
    """A row is known again under the same consent only."""
    _upsert(_Rekeyed(tx), end_user_id, reading, row)


def remove_vanished(tx, end_user_id, reading):
    """Hide rows that are gone, consent by consent."""
    for consent_id in {row.consent_id for row in reading.rows}:
        tx.execute(
            f"UPDATE {reading.dataset.name} SET deleted_at = ?"
            " WHERE end_user_id = ? AND consent_id = ? AND seen_in < ? AND deleted_at IS NULL",
            (time.time(), end_user_id, consent_id, reading.number),
        )


schema._row_table = lambda dataset: _row_table(dataset).replace(f"PRIMARY KEY {OLD}", f"PRIMARY KEY {NEW}")
rows.upsert, rows.remove_vanished = upsert, remove_vanished
build = app.build
