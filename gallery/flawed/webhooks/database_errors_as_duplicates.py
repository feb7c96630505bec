"""Takes every error of the database for a duplicate, so a message that could not be stored is acknowledged and lost."""

import sqlite3

from reference_app import app, inbox

_accept = inbox.accept


def accept(tx, message):
    """Whatever goes wrong: it must have been here already."""
    try:
        return _accept(tx, message)
    except sqlite3.Error:
        return False


inbox.accept = accept
build = app.build
