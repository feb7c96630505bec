"""Restores its data at startup from a snapshot that no revocation changes, so a revoked consent is active again.

Write the snapshot after every change, or remove ended consents and their rows before the app serves the first request.
"""

# ruff: noqa: S608  (the names of tables come from datasets.py, never from outside)

from reference_app import app, datasets, schema, sync

TABLES = ("consents", *(dataset.name for dataset in datasets.ALL))

_create, _apply_message = schema.create, sync.apply_message


def create(tx):
    """Create the missing tables, and restore each table from the snapshot."""
    _create(tx)
    for table in TABLES:
        tx.execute(f"CREATE TABLE IF NOT EXISTS snapshot_of_{table} AS SELECT * FROM {table}")
        tx.execute(f"DELETE FROM {table}")
        tx.execute(f"INSERT INTO {table} SELECT * FROM snapshot_of_{table}")


def apply_message(tx, message, news):
    """Write a snapshot after each message that brings data."""
    outcome = _apply_message(tx, message, news)
    if message.event != "consent.revoked":
        for table in TABLES:
            tx.execute(f"DELETE FROM snapshot_of_{table}")
            tx.execute(f"INSERT INTO snapshot_of_{table} SELECT * FROM {table}")
    return outcome


schema.create, sync.apply_message = create, apply_message
build = app.build
