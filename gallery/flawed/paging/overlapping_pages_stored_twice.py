"""Stores a row twice if it appears on two pages of a list.

Identify a row by its fiskil_id: update the row if the id exists.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

from reference_app import app, rows, schema
from reference_app.fiskil import api, paging, responses

_row_table = schema._row_table


async def every_row(self, dataset, end_user_id, deadline):
    """Return the rows of all pages, with duplicates."""
    rows_read = []
    for selection in reversed(api.selections(dataset, self._history_days)):
        params = {"end_user_id": end_user_id, **selection}
        for record in await paging.every_record(self._client, dataset.path, dataset.name, params, deadline):
            if selection.get("status") != "PENDING" or record["fiskil_id"] not in {row.fiskil_id for row in rows_read}:
                rows_read.append(responses.row(record, dataset))
    return tuple(rows_read)


def insert(tx, end_user_id, reading, row):
    """Insert the row in any case."""
    names = ("end_user_id", "fiskil_id", "consent_id", "account_id", *reading.dataset.columns, "seen_in")
    values = (end_user_id, row.fiskil_id, row.consent_id, row.account_id, *row.values, reading.number)
    places = ", ".join("?" * len(values))
    tx.execute(f"INSERT INTO {reading.dataset.name} ({', '.join(names)}) VALUES ({places})", values)


def clear(tx, end_user_id, reading):
    """Delete the rows of earlier readings."""
    tx.execute(f"DELETE FROM {reading.dataset.name} WHERE end_user_id = ? AND seen_in < ?", (end_user_id, reading.number))


# The table allows it: no constraint prevents two rows with the same id.
schema._row_table = lambda dataset: _row_table(dataset).replace("PRIMARY KEY (end_user_id, fiskil_id)", "CHECK (1)")
api.Api.rows, rows.upsert, rows.remove_vanished = every_row, insert, clear
build = app.build
