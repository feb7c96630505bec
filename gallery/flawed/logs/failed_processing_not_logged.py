"""Retries failed messages without logging why they failed.

Log message_id and reason whenever the processing of a message fails.
"""

from reference_app import app, logs

_warn = logs.warn


def warn(happening, **fields):
    """Drop the lines about failed messages."""
    if happening not in {"message_postponed", "message_failed"}:
        _warn(happening, **fields)


logs.warn = warn
build = app.build
