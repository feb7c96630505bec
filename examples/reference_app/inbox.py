"""The inbox: every acknowledged message, until its work is done.

A message is on disk before it is acknowledged. It is marked as done in the transaction that writes its effects.
"""

import sqlite3
import time

from reference_app import failpoints
from reference_app.message import Message

LEASE_S = 60.0


def accept(tx: sqlite3.Connection, message: Message) -> bool:
    """Store a message; return False if it is already stored. The unique key decides, since two may arrive together."""
    failpoints.trip("database")
    inserted = tx.execute(
        "INSERT INTO inbox (key, message_id, event, end_user_id, consent_id, institution_id, published_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (
            message.key,
            message.message_id,
            message.event,
            message.end_user_id,
            message.consent_id,
            message.institution_id,
            message.published_us,
        ),
    )
    return inserted.rowcount == 1


def claim(tx: sqlite3.Connection) -> tuple[Message, int] | None:
    """Take a due message and return it with its attempt number. A lease keeps other workers away from it.

    New messages come first, in their order: those that wait for a retry must not delay them.
    """
    now = time.time()
    row = tx.execute(
        "UPDATE inbox SET tries = tries + 1, not_before = ? WHERE rowid ="
        " (SELECT rowid FROM inbox WHERE status = 'pending' AND not_before <= ? ORDER BY not_before, rowid LIMIT 1)"
        " RETURNING key, message_id, event, end_user_id, consent_id, institution_id, published_us, tries",
        (now + LEASE_S, now),
    ).fetchone()
    return None if row is None else (Message(*row[:-1]), row["tries"])


def finish(tx: sqlite3.Connection, message: Message) -> bool:
    """Mark a message as done; return False if it already is, in which case nothing else may be written."""
    done = tx.execute("UPDATE inbox SET status = 'done' WHERE key = ? AND status <> 'done'", (message.key,))
    return done.rowcount == 1


def record(tx: sqlite3.Connection, message: Message) -> None:
    """Record a completed processing."""
    tx.execute("INSERT INTO applied VALUES (?, ?, ?)", (message.message_id, message.end_user_id, time.time()))


def postpone(tx: sqlite3.Connection, message: Message, reason: str, wait_s: float) -> None:
    """Schedule the next try *wait_s* seconds from now."""
    tx.execute(
        "UPDATE inbox SET not_before = ?, reason = ? WHERE key = ? AND status = 'pending'",
        (time.time() + wait_s, reason, message.key),
    )


def give_up(tx: sqlite3.Connection, message: Message, reason: str) -> None:
    """Mark a message as failed, for people to handle. A later refresh reads what it announced."""
    tx.execute(
        "UPDATE inbox SET status = 'failed', reason = ? WHERE key = ? AND status = 'pending'",
        (reason, message.key),
    )


def release(tx: sqlite3.Connection) -> None:
    """Make all pending messages due at startup, because a killed process may have left leases."""
    tx.execute("UPDATE inbox SET not_before = 0 WHERE status = 'pending'")


def seconds_until_due(tx: sqlite3.Connection) -> float | None:
    """Return the seconds until the next message is due; None if there is none."""
    (due,) = tx.execute("SELECT min(not_before) FROM inbox WHERE status = 'pending'").fetchone()
    return None if due is None else max(0.0, due - time.time())


def pending(tx: sqlite3.Connection, end_user_id: str = "") -> int:
    """Count messages that are acknowledged but not finished, of one end user or of all."""
    (count,) = tx.execute(
        "SELECT count(*) FROM inbox WHERE status = 'pending' AND ? IN ('', end_user_id)", (end_user_id,)
    ).fetchone()
    return int(count)


def applied(tx: sqlite3.Connection, end_user_id: str = "") -> dict[str, int]:
    """Return how often each message's processing was completed."""
    rows = tx.execute(
        "SELECT message_id, count(*) FROM applied WHERE ? IN ('', end_user_id) GROUP BY message_id ORDER BY message_id",
        (end_user_id,),
    )
    return {row[0]: row[1] for row in rows}
