"""Identifies a row by consent and fiskil_id, so after a new consent every row is stored twice.

Identify a row by its fiskil_id alone: the consent that it belongs to may change. This app also looks for removed rows
only under the consents that a reading contains.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

import time

from reference_app import app, rows, schema

_row_table, _upsert = schema._row_table, rows.upsert
OLD, NEW = "(end_user_id, fiskil_id)", "(end_user_id, consent_id, fiskil_id)"


class _Rekeyed:
    """A transaction that adds the consent to the key of rows."""

    def __init__(self, tx):
        self._tx = tx

    def execute(self, statement, values):
        """Execute *statement* with the other key."""
        return self._tx.execute(statement.replace(f"ON CONFLICT {OLD}", f"ON CONFLICT {NEW}"), values)


def upsert(tx, end_user_id, reading, row):
    """Recognise a row under the same consent only."""
    _upsert(_Rekeyed(tx), end_user_id, reading, row)


def remove_vanished(tx, end_user_id, reading):
    """Hide removed rows, separately for each consent."""
    for consent_id in {row.consent_id for row in reading.rows}:
        tx.execute(
            f"UPDATE {reading.dataset.name} SET deleted_at = ?"
            " WHERE end_user_id = ? AND consent_id = ? AND seen_in < ? AND deleted_at IS NULL",
            (time.time(), end_user_id, consent_id, reading.number),
        )


schema._row_table = lambda dataset: _row_table(dataset).replace(f"PRIMARY KEY {OLD}", f"PRIMARY KEY {NEW}")
rows.upsert, rows.remove_vanished = upsert, remove_vanished
build = app.build
