"""Keeps everything in memory: after a restart nothing is left of what it acknowledged."""

import sqlite3

from correct import stdlib_receiver

_kept = sqlite3.connect("file:kept?mode=memory&cache=shared", uri=True)


def open_database():
    """The memory that all threads share."""
    database = sqlite3.connect("file:kept?mode=memory&cache=shared", uri=True, timeout=5, isolation_level=None)
    database.row_factory = sqlite3.Row
    return database


stdlib_receiver.open_database = open_database
stdlib_receiver.serve()
