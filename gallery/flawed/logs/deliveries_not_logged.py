"""Logs no message ids, so the log cannot show whether a delivery arrived.

Log message_id and event when a delivery has been verified.
"""

from reference_app import app, logs

_line = logs._line


def line(event_type, fields):
    """Drop message ids from the line."""
    return _line(event_type, {name: value for name, value in fields.items() if name != "message_id"})


logs._line = line
build = app.build
