"""Treats every database error as a duplicate, so a message that was not stored is acknowledged.

Treat only a violated unique key as a duplicate. Refuse with 503 after any other error.
"""

import sqlite3

from reference_app import app, inbox

_accept = inbox.accept


def accept(tx, message):
    """Report a duplicate after any database error."""
    try:
        return _accept(tx, message)
    except sqlite3.Error:
        return False


inbox.accept = accept
build = app.build
