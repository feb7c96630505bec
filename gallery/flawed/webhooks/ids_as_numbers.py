"""Converts message ids to floating-point numbers, so two long ids with adjacent values become equal.

Treat ``message_id`` as text.
"""

from reference_app import app, message

_message_id = message.identity


def identity(envelope):
    """Return the id as a floating-point number, if it consists of digits."""
    text = _message_id(envelope)
    return str(float(text)) if text.isdecimal() else text


message.identity = identity
build = app.build
