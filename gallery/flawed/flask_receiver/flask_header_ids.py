"""Identifies a message by the unsigned header X-Event-Id, so a replay with another id is applied.

Identify a message by ``message_id`` in the signed body alone.
"""

from correct import flask_receiver
from flask import request

flask_receiver.TABLES += "CREATE TABLE IF NOT EXISTS event_ids (event_id TEXT PRIMARY KEY);"


def claim(database, message):
    """Claim the id in the header, or else the one in the body."""
    event_id = request.headers.get("X-Event-Id", message["message_id"])
    if not database.execute("INSERT OR IGNORE INTO event_ids VALUES (?)", (event_id,)).rowcount:
        return 0
    count = "INSERT INTO applied VALUES (?, 1) ON CONFLICT (message_id) DO UPDATE SET times = times + 1"
    return database.execute(count, (message["message_id"],)).rowcount


flask_receiver.claim = claim
flask_receiver.serve()
