"""The tables, created at startup if they are missing.

Every table is STRICT: a value of the wrong type is an error on write.
"""

import sqlite3

from reference_app import datasets

_TABLES = (
    # The customers, and the end user of each at Fiskil. `claimed_until` guards its creation.
    """customers (
        ref TEXT PRIMARY KEY,
        email TEXT NOT NULL,
        end_user_id TEXT UNIQUE,
        claimed_until REAL NOT NULL DEFAULT 0
    )""",
    # One row per auth session: a journey that a customer started and may or may not return from.
    """attempts (
        attempt_id TEXT PRIMARY KEY,
        ref TEXT NOT NULL,
        end_user_id TEXT NOT NULL,
        session_id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL CHECK (status IN ('pending', 'returned', 'cancelled', 'failed', 'completed')),
        expires_at REAL NOT NULL
    )""",
    # `published_us` is the publish_time of the newest event applied; `is_final` marks a consent that this app ended.
    """consents (
        consent_id TEXT PRIMARY KEY,
        end_user_id TEXT NOT NULL,
        institution_id TEXT NOT NULL DEFAULT '',
        institution_name TEXT NOT NULL DEFAULT '',
        status TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
        datasets TEXT NOT NULL DEFAULT '',
        expires_at TEXT NOT NULL DEFAULT '',
        published_us INTEGER NOT NULL DEFAULT 0,
        is_final INTEGER NOT NULL DEFAULT 0,
        is_synced INTEGER NOT NULL DEFAULT 0
    )""",
    # Every message ever acknowledged; its key makes a second delivery harmless.
    """inbox (
        key TEXT PRIMARY KEY,
        message_id TEXT NOT NULL,
        event TEXT NOT NULL,
        end_user_id TEXT NOT NULL,
        consent_id TEXT NOT NULL,
        institution_id TEXT NOT NULL,
        published_us INTEGER NOT NULL,
        status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done', 'failed')),
        tries INTEGER NOT NULL DEFAULT 0,
        not_before REAL NOT NULL DEFAULT 0,
        reason TEXT NOT NULL DEFAULT ''
    )""",
    # One row per completed processing. There is no unique constraint, so that a double processing is visible.
    "applied (message_id TEXT NOT NULL, end_user_id TEXT NOT NULL, applied_at REAL NOT NULL)",
    # Numbers the readings of the API, so that an older one never replaces a newer one.
    "reading_numbers (latest INTEGER NOT NULL)",
    # The reading that is stored, and the consents that were active then: it has rows of no other consent.
    """readings (
        end_user_id TEXT NOT NULL,
        dataset TEXT NOT NULL,
        number INTEGER NOT NULL,
        consent_ids TEXT NOT NULL,
        PRIMARY KEY (end_user_id, dataset)
    )""",
)
_INDEXES = (
    "inbox_due ON inbox (not_before) WHERE status = 'pending'",
    "applied_by_end_user ON applied (end_user_id)",
    "consents_by_end_user ON consents (end_user_id)",
    "attempts_by_ref ON attempts (ref)",
    "attempts_by_end_user ON attempts (end_user_id)",
)


def create(tx: sqlite3.Connection) -> None:
    """Create the missing tables and indexes."""
    for table in (*_TABLES, *map(_row_table, datasets.ALL)):
        tx.execute(f"CREATE TABLE IF NOT EXISTS {table} STRICT")
    for index in _INDEXES:
        tx.execute(f"CREATE INDEX IF NOT EXISTS {index}")
    tx.execute("INSERT INTO reading_numbers SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM reading_numbers)")


def _row_table(dataset: datasets.Dataset) -> str:
    """Return the table of one dataset. `seen_in` is the latest reading with the row; `deleted_at` hides a removed row."""
    columns = "".join(f"{name} TEXT, " for name in dataset.columns)
    return f"""{dataset.name} (
        end_user_id TEXT NOT NULL,
        fiskil_id TEXT NOT NULL,
        consent_id TEXT NOT NULL,
        account_id TEXT NOT NULL,
        {columns}
        seen_in INTEGER NOT NULL,
        deleted_at REAL,
        PRIMARY KEY (end_user_id, fiskil_id)
    )"""
