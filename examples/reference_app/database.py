"""The app's SQLite file: one connection, one lock, one transaction per function call. For PostgreSQL see ``postgres``.

Stores are modules of functions whose first argument is the open transaction. ``Database`` runs them in a thread, so the
event loop never waits for the disk.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from reference_app import schema

P = ParamSpec("P")
T = TypeVar("T")

WAIT_S = 1.0
OPENING_S = 5.0
RETRY_S = 0.05


def connect(path: str) -> Any:
    """Open the database at *path*: the path of an SQLite file, or the URL of a PostgreSQL database."""
    if not path.startswith("postgresql://"):
        return Database(path)
    from reference_app import postgres

    return postgres.Database(path)


class Database:
    """The SQLite file, which several processes may share."""

    def __init__(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._open(time.monotonic() + OPENING_S)

    def _open(self, deadline: float) -> None:
        """Prepare the file. Retry while another process recovers it after a crash, because SQLite does not wait then."""
        while True:
            try:
                for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                    self._connection.execute(f"PRAGMA {pragma}")
                return self._transact("IMMEDIATE", schema.create)
            except sqlite3.OperationalError:
                if time.monotonic() >= deadline:
                    raise
            time.sleep(RETRY_S)

    async def write(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *work* in a transaction that is committed to disk when this returns.

        Raises:
            sqlite3.Error: The database cannot be written now; nothing has changed.
        """
        return await run_in_threadpool(self._transact, "IMMEDIATE", lambda tx: work(tx, *args, **kwargs))

    async def read(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *work* on one consistent snapshot of the data."""
        return await run_in_threadpool(self._transact, "DEFERRED", lambda tx: work(tx, *args, **kwargs))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _transact(self, kind: str, work: Callable[[sqlite3.Connection], T]) -> T:
        if not self._lock.acquire(timeout=WAIT_S):
            raise sqlite3.OperationalError("database is busy")
        try:
            self._connection.execute(f"BEGIN {kind}")
            try:
                result = work(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            return result
        finally:
            self._lock.release()
