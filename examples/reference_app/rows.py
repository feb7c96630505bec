"""Rows of data, keyed by ``fiskil_id`` and replaced by complete readings only.

A reading is one complete download of a dataset. It gets its number when it begins, so an earlier one never replaces a
later one.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

import sqlite3
import time
from collections.abc import Collection
from dataclasses import dataclass

from reference_app import datasets
from reference_app.datasets import Dataset
from reference_app.fiskil.responses import Row


@dataclass(frozen=True)
class Reading:
    """One complete download of a dataset of one end user."""

    number: int
    dataset: Dataset
    rows: tuple[Row, ...]


class Superseded(Exception):
    """A later reading misses a consent that this one has; only another reading can resolve this."""


def next_reading_number(tx: sqlite3.Connection) -> int:
    """Return the number for a reading that begins now."""
    (number,) = tx.execute("UPDATE reading_numbers SET latest = latest + 1 RETURNING latest").fetchone()
    return int(number)


def replace(tx: sqlite3.Connection, end_user_id: str, reading: Reading, allowed: Collection[str]) -> set[str]:
    """Make the stored rows equal to a reading; return the consents that have rows in it.

    Args:
        allowed: The active consents. Rows of any other consent are not stored.
    """
    allowed_rows = [row for row in reading.rows if row.consent_id in allowed]
    if is_latest(tx, end_user_id, reading, allowed):
        for row in allowed_rows:
            upsert(tx, end_user_id, reading, row)
        remove_vanished(tx, end_user_id, reading)
    return {row.consent_id for row in allowed_rows}


def is_latest(tx: sqlite3.Connection, end_user_id: str, reading: Reading, allowed: Collection[str]) -> bool:
    """Return whether no later reading is stored, and record this one if so.

    Raises:
        Superseded: A later reading is stored, but it began before one of the *allowed* consents was known.
    """
    place = (end_user_id, reading.dataset.name)
    latest = tx.execute("SELECT number, consent_ids FROM readings WHERE end_user_id = ? AND dataset = ?", place).fetchone()
    if latest is not None and latest["number"] > reading.number:
        if not set(allowed) <= set(latest["consent_ids"].split()):
            raise Superseded(reading.dataset.name)
        return False
    tx.execute(
        "INSERT INTO readings VALUES (?, ?, ?, ?) ON CONFLICT (end_user_id, dataset)"
        " DO UPDATE SET number = excluded.number, consent_ids = excluded.consent_ids",
        (*place, reading.number, " ".join(sorted(allowed))),
    )
    return True


def upsert(tx: sqlite3.Connection, end_user_id: str, reading: Reading, row: Row) -> None:
    """Insert or update a row. Two rows that are equal except for their ids are two rows."""
    columns = ("consent_id", "account_id", *reading.dataset.columns, "seen_in")
    values = (row.consent_id, row.account_id, *row.values, reading.number)
    places = ", ".join("?" * len(values))
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns)
    insert = f"INSERT INTO {reading.dataset.name} (end_user_id, fiskil_id, {', '.join(columns)}) VALUES (?, ?, {places})"
    update = f"ON CONFLICT (end_user_id, fiskil_id) DO UPDATE SET {updates}, deleted_at = NULL"
    tx.execute(f"{insert} {update}", (end_user_id, row.fiskil_id, *values))


def remove_vanished(tx: sqlite3.Connection, end_user_id: str, reading: Reading) -> None:
    """Hide rows that Fiskil no longer returns. They stay in the table, for later enquiries."""
    hide = f"UPDATE {reading.dataset.name} SET deleted_at = ?"
    tx.execute(
        f"{hide} WHERE end_user_id = ? AND seen_in < ? AND deleted_at IS NULL",
        (time.time(), end_user_id, reading.number),
    )


def purge(tx: sqlite3.Connection, consent_id: str) -> None:
    """Delete every row of a consent, including hidden ones."""
    for dataset in datasets.ALL:
        purge_dataset(tx, consent_id, dataset)


def purge_dataset(tx: sqlite3.Connection, consent_id: str, dataset: Dataset) -> None:
    """Delete every row of one dataset that belongs to a consent."""
    tx.execute(f"DELETE FROM {dataset.name} WHERE consent_id = ?", (consent_id,))


def active(tx: sqlite3.Connection, dataset: Dataset, end_user_id: str) -> list[dict[str, str]]:
    """Return the visible rows in a stable order, without empty columns."""
    columns = ", ".join(("fiskil_id", "account_id", "consent_id", *dataset.columns))
    select = f"SELECT {columns} FROM {dataset.name}"
    rows = tx.execute(f"{select} WHERE end_user_id = ? AND deleted_at IS NULL ORDER BY fiskil_id", (end_user_id,))
    return [{name: value for name, value in dict(row).items() if value is not None} for row in rows]
