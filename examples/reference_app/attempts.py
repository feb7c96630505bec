"""Attempts to connect a bank: one per auth session, from the button to its first known outcome.

What the browser reports only changes the status of an attempt. Only Fiskil's events and API prove that a consent
exists.
"""

import sqlite3
import time
from dataclasses import dataclass

from reference_app.fiskil.responses import Session


@dataclass(frozen=True)
class Attempt:
    """One consent journey of one customer."""

    attempt_id: str
    ref: str
    end_user_id: str
    session_id: str
    status: str


def begin(tx: sqlite3.Connection, attempt_id: str, ref: str, end_user_id: str, session: Session) -> None:
    """Record that a customer was sent to Fiskil's consent page."""
    tx.execute(
        "INSERT INTO attempts VALUES (?, ?, ?, ?, 'pending', ?)",
        (attempt_id, ref, end_user_id, session.session_id, session.expires_at),
    )


def find(tx: sqlite3.Connection, attempt_id: str, session_id: str) -> Attempt | None:
    """Return the attempt that a browser returns from, by attempt id or session id; None if both are unknown."""
    row = tx.execute(
        "SELECT attempt_id, ref, end_user_id, session_id, status FROM attempts"
        " WHERE attempt_id = ? OR session_id = ? ORDER BY attempt_id = ? DESC LIMIT 1",
        (attempt_id, session_id, attempt_id),
    ).fetchone()
    return None if row is None else Attempt(*row)


def close(tx: sqlite3.Connection, attempt: Attempt, status: str) -> bool:
    """Set a pending attempt to *status*; return False, and change nothing, if it is no longer pending."""
    closed = tx.execute(
        "UPDATE attempts SET status = ? WHERE attempt_id = ? AND status = 'pending'",
        (status, attempt.attempt_id),
    )
    return closed.rowcount == 1


def complete(tx: sqlite3.Connection, end_user_id: str) -> None:
    """Mark the open attempts of an end user as completed, because a consent has arrived."""
    tx.execute(
        "UPDATE attempts SET status = 'completed' WHERE end_user_id = ? AND status IN ('pending', 'returned')",
        (end_user_id,),
    )


def latest_status(tx: sqlite3.Connection, end_user_id: str) -> str:
    """Return the status of the newest attempt; empty if there is none, or if its session expired while pending."""
    row = tx.execute(
        "SELECT status, expires_at FROM attempts WHERE end_user_id = ? ORDER BY rowid DESC LIMIT 1",
        (end_user_id,),
    ).fetchone()
    if row is None or (row["status"] == "pending" and 0 < row["expires_at"] < time.time()):
        return ""
    return str(row["status"])
