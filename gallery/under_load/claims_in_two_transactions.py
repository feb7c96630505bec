"""Reads the oldest message in one transaction and marks it as taken in another one; two processes may take the same message.

Claim the message by one statement, or lock its row, and let the completion check that it is the first.
"""

import time

from reference_app import inbox
from reference_app.app import build
from reference_app.message import Message

__all__ = ["build"]


def _claim(tx):
    row = tx.execute(
        "SELECT rowid, key, message_id, event, end_user_id, consent_id, institution_id, published_us, tries FROM inbox"
        " WHERE status = 'pending' AND not_before <= ? ORDER BY rowid LIMIT 1",
        (time.time(),),
    ).fetchone()
    tx.execute("COMMIT")
    tx.execute("BEGIN")
    if row is None:
        return None
    lease = (time.time() + inbox.LEASE_S, row["rowid"])
    tx.execute("UPDATE inbox SET tries = tries + 1, not_before = ? WHERE rowid = ?", lease)
    return Message(*row[1:8]), row["tries"] + 1


def _finish(tx, message):
    tx.execute("UPDATE inbox SET status = 'done' WHERE key = ?", (message.key,))
    return True


inbox.claim = _claim
inbox.finish = _finish
