"""Adds up the pages of a list as they come, so a row that stands on two of them counts twice.

A row is known by its fiskil_id, on whatever page it comes: an insert must be an update where the id is there already.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

from reference_app import app, rows, schema
from reference_app.fiskil import answers, api, paging

_row_table = schema._row_table


async def every_row(self, dataset, end_user_id, deadline):
    """One list after another, page after page."""
    found = []
    for selection in reversed(api.selections(dataset, self._history_days)):
        params = {"end_user_id": end_user_id, **selection}
        for record in await paging.every_record(self._client, dataset.path, dataset.name, params, deadline):
            if selection.get("status") != "PENDING" or record["fiskil_id"] not in {one.fiskil_id for one in found}:
                found.append(answers.row(record, dataset))
    return tuple(found)


def insert(tx, end_user_id, reading, row):
    """Only ever insert."""
    names = ("end_user_id", "fiskil_id", "consent_id", "account_id", *reading.dataset.columns, "seen_in")
    values = (end_user_id, row.fiskil_id, row.consent_id, row.account_id, *row.values, reading.number)
    places = ", ".join("?" * len(values))
    tx.execute(f"INSERT INTO {reading.dataset.name} ({', '.join(names)}) VALUES ({places})", values)


def clear(tx, end_user_id, reading):
    """What earlier readings brought makes way."""
    tx.execute(f"DELETE FROM {reading.dataset.name} WHERE end_user_id = ? AND seen_in < ?", (end_user_id, reading.number))


# The table that goes with it: nothing keeps two rows from having one id.
schema._row_table = lambda dataset: _row_table(dataset).replace("PRIMARY KEY (end_user_id, fiskil_id)", "CHECK (1)")
api.Api.rows, rows.upsert, rows.remove_vanished = every_row, insert, clear
build = app.build
