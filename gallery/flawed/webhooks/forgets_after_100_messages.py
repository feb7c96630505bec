"""Remembers only the last 100 messages, so an older one that is repeated is applied again.

Remember every message for longer than Fiskil may repeat it.
"""

from reference_app import app, inbox

REMEMBERED = 100

_accept = inbox.accept


def accept(tx, message):
    """Store the new message and delete old finished ones."""
    is_new = _accept(tx, message)
    tx.execute(
        "DELETE FROM inbox WHERE status = 'done' AND rowid <= (SELECT max(rowid) FROM inbox) - ?",
        (REMEMBERED,),
    )
    return is_new


inbox.accept = accept
build = app.build
