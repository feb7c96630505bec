"""Claims a message for one second, so a second worker takes it when the API is slow, and both complete it.

A claim must last longer than its work. The completion must fail if the message is already complete.
"""

from reference_app import app, inbox

inbox.LEASE_S = 1.0


def finish(tx, message):
    """Mark the message as done, and do not look whether it is."""
    tx.execute("UPDATE inbox SET status = 'done' WHERE key = ?", (message.key,))
    return True


inbox.finish = finish
build = app.build
