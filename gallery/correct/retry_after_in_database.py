"""Stores each Retry-After in the database, so that it also holds after a restart."""

import os
import sqlite3
import time

from reference_app import app, settings
from reference_app.fiskil.client import Client

_wait_until_open = Client._wait_until_open


def waits(statement, *values):
    """Run one statement on the table of waits and return its rows."""
    path = settings.load(os.environ).database_path
    with sqlite3.connect(path, timeout=10, isolation_level=None) as database:
        database.execute("CREATE TABLE IF NOT EXISTS waits (endpoint TEXT PRIMARY KEY, until REAL)")
        return database.execute(statement, values).fetchall()


def remember(self, endpoint, error):
    """Store the wait."""
    if error.retry_after_s:
        waits("INSERT OR REPLACE INTO waits VALUES (?, ?)", endpoint, time.time() + error.retry_after_s)


async def wait_until_open(self, endpoint, deadline):
    """Read the wait, then wait as the reference app does."""
    rows = waits("SELECT until FROM waits WHERE endpoint = ?", endpoint)
    until = rows[0][0] if rows else 0.0
    self._closed_until[endpoint] = time.monotonic() + until - time.time()
    await _wait_until_open(self, endpoint, deadline)


Client._remember, Client._wait_until_open = remember, wait_until_open
build = app.build
