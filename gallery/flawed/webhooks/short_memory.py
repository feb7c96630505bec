"""Remembers only the last hundred messages, so an old one that comes again counts as news."""

from reference_app import app, inbox

REMEMBERED = 100

_accept = inbox.accept


def accept(tx, message):
    """Keep the new one and forget what is long done."""
    is_new = _accept(tx, message)
    tx.execute(
        "DELETE FROM inbox WHERE status = 'done' AND rowid <= (SELECT max(rowid) FROM inbox) - ?",
        (REMEMBERED,),
    )
    return is_new


inbox.accept = accept
build = app.build
