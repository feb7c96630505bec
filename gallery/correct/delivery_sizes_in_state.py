"""Lists each delivery with its size and its time in the state, as a page for support does."""

import os
import sqlite3
import time

from reference_app import app, message, settings, state

_parse, _of_end_user = message.parse, state.of_end_user
CREATE = "CREATE TABLE IF NOT EXISTS deliveries (end_user_id TEXT, event TEXT, bytes INTEGER, at INTEGER)"


def parse(body):
    """Store the size of a verified body."""
    received = _parse(body)
    row = (received.end_user_id, received.event, len(body), int(time.time() * 1000))
    with sqlite3.connect(settings.load(os.environ).database_path, timeout=10) as database:
        database.execute(CREATE)
        database.execute("INSERT INTO deliveries VALUES (?, ?, ?, ?)", row)
    return received


def of_end_user(tx, end_user_id):
    """Add the deliveries, and the sum of their sizes."""
    tx.execute(CREATE)
    rows = tx.execute("SELECT event, bytes, at FROM deliveries WHERE end_user_id = ?", (end_user_id,))
    deliveries = [dict(row) for row in rows]
    total = sum(delivery["bytes"] for delivery in deliveries)
    return {**_of_end_user(tx, end_user_id), "deliveries": deliveries, "bytes_received": total}


message.parse, state.of_end_user = parse, of_end_user
build = app.build
