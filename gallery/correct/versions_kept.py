"""Keeps every version of a row: a new version closes the earlier one, and a removal closes the last one."""

# ruff: noqa: S608  (the names of tables and columns come from the app's own datasets.py)

from datetime import UTC, datetime

from reference_app import app, datasets, harness_hooks, rows, schema, state

_create, _upsert, _purge_dataset, _of_end_user = schema.create, rows.upsert, rows.purge_dataset, state.of_end_user
_remove_vanished = rows.remove_vanished


def columns_of(dataset):
    """Return the columns of a version."""
    return ("account_id", "consent_id", *dataset.columns)


def create(tx):
    """Create one more table for each dataset; in the current version of a row, `valid_to` is null."""
    _create(tx)
    for dataset in datasets.ALL:
        columns = "".join(f"{name} TEXT, " for name in columns_of(dataset))
        tx.execute(
            f"CREATE TABLE IF NOT EXISTS {dataset.name}_versions (number INTEGER PRIMARY KEY, end_user_id TEXT,"
            f" fiskil_id TEXT, {columns} valid_from TEXT, valid_to TEXT)"
        )
        tx.execute(
            f"CREATE INDEX IF NOT EXISTS {dataset.name}_versions_of_row ON {dataset.name}_versions (end_user_id, fiskil_id)"
        )


def upsert(tx, end_user_id, reading, row):
    """Store the row, and a new version of it if a column has changed."""
    _upsert(tx, end_user_id, reading, row)
    table, columns = f"{reading.dataset.name}_versions", ", ".join(columns_of(reading.dataset))
    values = (row.account_id, row.consent_id, *row.values)
    current = tx.execute(
        f"SELECT number, {columns} FROM {table} WHERE end_user_id = ? AND fiskil_id = ? AND valid_to IS NULL",
        (end_user_id, row.fiskil_id),
    ).fetchone()
    if current is not None and tuple(current)[1:] == values:
        return
    if current is not None:
        tx.execute(f"UPDATE {table} SET valid_to = ? WHERE number = ?", (now(), current["number"]))
    places = ", ".join("?" * len(values))
    insert = f"INSERT INTO {table} (end_user_id, fiskil_id, {columns}, valid_from)"
    tx.execute(f"{insert} VALUES (?, ?, {places}, ?)", (end_user_id, row.fiskil_id, *values, now()))


def remove_vanished(tx, end_user_id, reading):
    """Close the versions of rows that Fiskil no longer returns."""
    _remove_vanished(tx, end_user_id, reading)
    name = reading.dataset.name
    close = f"UPDATE {name}_versions SET valid_to = ? WHERE end_user_id = ? AND valid_to IS NULL"
    visible = f"SELECT fiskil_id FROM {name} WHERE end_user_id = ? AND deleted_at IS NULL"
    tx.execute(f"{close} AND fiskil_id NOT IN ({visible})", (now(), end_user_id, end_user_id))


def purge_dataset(tx, consent_id, dataset):
    """Delete the versions too."""
    _purge_dataset(tx, consent_id, dataset)
    tx.execute(f"DELETE FROM {dataset.name}_versions WHERE consent_id = ?", (consent_id,))


def of_end_user(tx, end_user_id):
    """Return all versions of all rows."""
    return {
        **_of_end_user(tx, end_user_id),
        **{dataset.name: versions(tx, end_user_id, dataset) for dataset in datasets.ALL},
    }


def versions(tx, end_user_id, dataset):
    """Return the versions of all rows of a dataset, without empty columns."""
    columns = ", ".join(("fiskil_id", *columns_of(dataset), "valid_from", "valid_to"))
    select = f"SELECT {columns} FROM {dataset.name}_versions WHERE end_user_id = ? ORDER BY fiskil_id, number"
    stored = [dict(row) for row in tx.execute(select, (end_user_id,)).fetchall()]
    return [{name: value for name, value in row.items() if value is not None} for row in stored]


def now():
    """Return the time in milliseconds, as text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Versions:
    """Replaces the module ``state`` for the hooks only; pages show current rows."""

    of_end_user = staticmethod(of_end_user)


schema.create, rows.upsert, rows.remove_vanished, rows.purge_dataset = create, upsert, remove_vanished, purge_dataset
harness_hooks.state = Versions
build = app.build
