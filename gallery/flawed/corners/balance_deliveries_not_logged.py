"""Logs each delivery, except those that announce balances, which were too many for the log.

Log the message_id and the event of every delivery.
"""

from reference_app import app, receiver, sync

_log_receipt, _log_outcome = receiver.log_receipt, sync.log_outcome


def log_receipt(received, outcome):
    """Leave out the most frequent kind."""
    if not received.event.startswith("banking.balances"):
        _log_receipt(received, outcome)


def log_outcome(message, outcome):
    """Leave out the most frequent kind here, too."""
    if not message.event.startswith("banking.balances"):
        _log_outcome(message, outcome)


receiver.log_receipt = log_receipt
sync.log_outcome = log_outcome
build = app.build
