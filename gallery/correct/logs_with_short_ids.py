"""Logs JSON without texts on stderr: a code for each kind of line, and the first eight characters of ids."""

import json
import logging
import sys

from reference_app import app, logs

CODES = {
    "webhook_received": "W1", "webhook_refused": "W2", "message_applied": "M1", "message_postponed": "M2",
    "message_failed": "M3", "consent_changed": "C1", "api_call": "A1", "token_refused": "A2", "credentials_refused": "A3",
    "journey_started": "J1", "journey_returned": "J2", "journey_failed": "J3", "connect_failed": "J4",
    "refresh_failed": "R1", "disconnect_failed": "R2", "alert": "X1", "worker_trouble": "X2",
}  # fmt: skip
IDS = {"message_id", "end_user_id", "consent_id", "session_id", "error_id"}

_configure = logs.configure


def configure():
    """Log to stderr, one JSON object per line."""
    _configure()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logs._LOGGER.handlers = [handler]


def line(event_type, fields):
    """Return one record."""
    record = {"c": CODES.get(event_type, event_type)}
    for name, value in fields.items():
        if value not in (None, ""):
            record[name] = shortened(str(value)) if name in IDS else value
    return json.dumps(record, default=str)


def shortened(text):
    """Return the first eight characters after the prefix of an id."""
    prefix, mark, rest = text.rpartition("_")
    return prefix + mark + rest[:8]


logs.configure, logs._line = configure, line
build = app.build
