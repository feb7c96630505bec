"""Retries failed messages without logging why they failed.

Log message_id and reason whenever the processing of a message fails.
"""

from reference_app import app, logs

_warn = logs.warn


def warn(event_type, **fields):
    """Drop the lines about failed messages."""
    if event_type not in {"message_postponed", "message_failed"}:
        _warn(event_type, **fields)


logs.warn = warn
build = app.build
