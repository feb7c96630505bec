"""Customers, and the one end user that represents each of them at Fiskil.

A second end user would split a customer in two. Therefore one caller at a time may create, and only if no earlier
attempt can have succeeded.
"""

import sqlite3
import time

CLAIM_S = 10.0


def claim_enrolment(tx: sqlite3.Connection, ref: str, email: str) -> str | None:
    """Reserve the right to create a customer's end user for a limited time.

    Return ``"first"`` if there was no earlier attempt, ``"again"`` if an earlier attempt left no id, and None if another
    caller holds the right or the end user exists.
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
    """Release the right to create the end user. The customer stays marked as attempted."""
    tx.execute("UPDATE customers SET claimed_until = 0 WHERE ref = ?", (ref,))


def keep_end_user(tx: sqlite3.Connection, ref: str, end_user_id: str) -> None:
    """Store the id of a customer's end user."""
    tx.execute("UPDATE customers SET end_user_id = ? WHERE ref = ?", (end_user_id, ref))


def end_user_id(tx: sqlite3.Connection, ref: str) -> str:
    """Return the id of a customer's end user; empty if there is none."""
    row = tx.execute("SELECT end_user_id FROM customers WHERE ref = ?", (ref,)).fetchone()
    return str(row[0]) if row and row[0] else ""


def email(tx: sqlite3.Connection, ref: str) -> str:
    """Return the e-mail address that a customer was enrolled with."""
    return str(tx.execute("SELECT email FROM customers WHERE ref = ?", (ref,)).fetchone()[0])


def is_known(tx: sqlite3.Connection, end_user: str) -> bool:
    """Return whether an end user is a customer of this app. Events of other end users must change nothing."""
    return tx.execute("SELECT 1 FROM customers WHERE end_user_id = ?", (end_user,)).fetchone() is not None


def ref_of(tx: sqlite3.Connection, end_user: str) -> str:
    """Return the customer behind an end user; empty if unknown."""
    row = tx.execute("SELECT ref FROM customers WHERE end_user_id = ?", (end_user,)).fetchone()
    return str(row[0]) if row else ""
