"""Logs that messages came, and nothing of what became of whose consent.

Log end_user_id, consent_id and the new status where a consent changes.
"""

from reference_app import app, logs

_write = logs.write


def write(happening, **fields):
    """A message is a message."""
    if happening != "consent_changed":
        fields.pop("event", None)
        _write(happening, **fields)


logs.write = write
build = app.build
