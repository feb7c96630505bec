"""Reports a message as applied when it is received, and forgets unfinished work when it starts again.

Count a message in the transaction that stores its effect, and continue unfinished work after a restart.
"""

from reference_app import app, inbox

_accept, _record = inbox.accept, inbox.record


def accept(tx, message):
    """Count the new message at once."""
    is_new = _accept(tx, message)
    if is_new:
        _record(tx, message)
    return is_new


def release(tx):
    """Mark what an earlier process left unfinished as done."""
    tx.execute("UPDATE inbox SET status = 'done' WHERE status = 'pending'")


def record(_tx, _message):
    """Do nothing, because the message has been counted."""


inbox.accept, inbox.release, inbox.record = accept, release, record
build = app.build
