"""Commits a history entry before the other effects of the message, so a retry adds it again.

Commit everything that belongs to one message in one transaction.
"""

from correct import refusing_receiver, stdlib_receiver

_claim, _effects = stdlib_receiver.claim, refusing_receiver.effects


def claim(database, message):
    """Commit the history entry, then claim the message."""
    database.execute(
        "INSERT INTO history SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM applied WHERE message_id = ?)",
        (message["data"]["end_user_id"], message["data"]["event"], message["message_id"]),
    )
    database.execute("COMMIT")
    database.execute("BEGIN IMMEDIATE")
    return _claim(database, message)


def effects(database, end_user_id):
    """Report the history as part of the state."""
    report = _effects(database, end_user_id)
    rows = database.execute("SELECT event FROM history WHERE end_user_id = ? ORDER BY rowid", (end_user_id,)).fetchall()
    report["state"]["history"] = [row["event"] for row in rows]
    return report


stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS history (end_user_id TEXT, event TEXT);"
stdlib_receiver.claim, refusing_receiver.effects = claim, effects
refusing_receiver.serve()
