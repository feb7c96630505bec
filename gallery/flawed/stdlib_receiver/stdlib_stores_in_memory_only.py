"""Stores everything in memory, so a restart loses the messages that it acknowledged.

Write each message to disk before you acknowledge it.
"""

import sqlite3

from correct import stdlib_receiver

_memory = sqlite3.connect("file:kept?mode=memory&cache=shared", uri=True)


def open_database():
    """Open the memory that all threads share."""
    database = sqlite3.connect("file:kept?mode=memory&cache=shared", uri=True, timeout=5, isolation_level=None)
    database.row_factory = sqlite3.Row
    return database


stdlib_receiver.open_database = open_database
stdlib_receiver.serve()
