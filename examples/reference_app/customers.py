"""Our customers, and the one end user that stands for each of them at Fiskil.

Creating an end user twice would split a person in two, so one caller at a time may create, and only when it is certain that
no earlier attempt has succeeded.
"""

import sqlite3
import time

CLAIM_S = 10.0


def claim_enrolment(tx: sqlite3.Connection, ref: str, email: str) -> str | None:
    """Take the sole right to create the end user of a customer for a while.

    Returns ``"first"`` when nobody has tried, ``"again"`` when somebody has and no id is known, None when another caller has
    the right or the end user exists.
    """
    now = time.time()
    first = tx.execute(
        "INSERT INTO customers (ref, email, claimed_until) VALUES (?, ?, ?) ON CONFLICT (ref) DO NOTHING",
        (ref, email, now + CLAIM_S),
    )
    if first.rowcount == 1:
        return "first"
    again = tx.execute(
        "UPDATE customers SET claimed_until = ? WHERE ref = ? AND end_user_id IS NULL AND claimed_until < ?",
        (now + CLAIM_S, ref, now),
    )
    return "again" if again.rowcount == 1 else None


def release_enrolment(tx: sqlite3.Connection, ref: str) -> None:
    """Give the right back. The customer stays marked as tried."""
    tx.execute("UPDATE customers SET claimed_until = 0 WHERE ref = ?", (ref,))


def keep_end_user(tx: sqlite3.Connection, ref: str, end_user_id: str) -> None:
    """Remember a customer's end user."""
    tx.execute("UPDATE customers SET end_user_id = ? WHERE ref = ?", (end_user_id, ref))


def end_user_id(tx: sqlite3.Connection, ref: str) -> str:
    """A customer's end user, or nothing."""
    row = tx.execute("SELECT end_user_id FROM customers WHERE ref = ?", (ref,)).fetchone()
    return str(row[0]) if row and row[0] else ""


def email(tx: sqlite3.Connection, ref: str) -> str:
    """The address that a customer was enrolled with."""
    return str(tx.execute("SELECT email FROM customers WHERE ref = ?", (ref,)).fetchone()[0])


def is_known(tx: sqlite3.Connection, end_user: str) -> bool:
    """Whether an end user is one of ours. Nobody else's events may move anything."""
    return tx.execute("SELECT 1 FROM customers WHERE end_user_id = ?", (end_user,)).fetchone() is not None


def ref_of(tx: sqlite3.Connection, end_user: str) -> str:
    """The customer behind an end user, or nothing."""
    row = tx.execute("SELECT ref FROM customers WHERE end_user_id = ?", (end_user,)).fetchone()
    return str(row[0]) if row else ""
