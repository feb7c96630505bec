"""Attempts to connect: one per auth session, from the button to the first thing heard of it.

What the browser says moves an attempt and nothing else; whether there is a consent, only Fiskil's events and API tell.
"""

import sqlite3
import time
from dataclasses import dataclass

from reference_app.fiskil.answers import Session


@dataclass(frozen=True)
class Attempt:
    """One journey of one customer."""

    attempt_id: str
    ref: str
    end_user_id: str
    session_id: str
    status: str


def begin(tx: sqlite3.Connection, attempt_id: str, ref: str, end_user_id: str, session: Session) -> None:
    """Record that somebody was sent to Fiskil."""
    tx.execute(
        "INSERT INTO attempts VALUES (?, ?, ?, ?, 'pending', ?)",
        (attempt_id, ref, end_user_id, session.session_id, session.expires_at),
    )


def find(tx: sqlite3.Connection, attempt_id: str, session_id: str) -> Attempt | None:
    """The attempt that a browser comes back from, if either of its names is still there."""
    row = tx.execute(
        "SELECT attempt_id, ref, end_user_id, session_id, status FROM attempts"
        " WHERE attempt_id = ? OR session_id = ? ORDER BY attempt_id = ? DESC LIMIT 1",
        (attempt_id, session_id, attempt_id),
    ).fetchone()
    return None if row is None else Attempt(*row)


def close(tx: sqlite3.Connection, attempt: Attempt, status: str) -> bool:
    """Move a pending attempt to *status*; False if it is pending no more, and then it stays what it is."""
    closed = tx.execute(
        "UPDATE attempts SET status = ? WHERE attempt_id = ? AND status = 'pending'",
        (status, attempt.attempt_id),
    )
    return closed.rowcount == 1


def complete(tx: sqlite3.Connection, end_user_id: str) -> None:
    """A consent has arrived: nobody waits for the open attempts of this end user any more."""
    tx.execute(
        "UPDATE attempts SET status = 'completed' WHERE end_user_id = ? AND status IN ('pending', 'returned')",
        (end_user_id,),
    )


def latest_status(tx: sqlite3.Connection, end_user_id: str) -> str:
    """What became of the newest attempt; one whose session has expired counts as never made."""
    row = tx.execute(
        "SELECT status, expires_at FROM attempts WHERE end_user_id = ? ORDER BY rowid DESC LIMIT 1",
        (end_user_id,),
    ).fetchone()
    if row is None or (row["status"] == "pending" and 0 < row["expires_at"] < time.time()):
        return ""
    return str(row["status"])
