"""Verifies the body after a lossy decoding to text, so other bytes than the signed ones are accepted.

Compute the HMAC over the raw bytes: ``request.get_data()`` without ``as_text``.
"""

from correct import flask_receiver
from flask import request

_is_genuine, _parsed = flask_receiver.is_genuine, flask_receiver.parsed


def is_genuine(_, signatures):
    """Verify the text, in which U+FFFD replaces every invalid byte."""
    return _is_genuine(request.get_data(as_text=True).encode(), signatures)


def parsed(_):
    """Parse the same text."""
    return _parsed(request.get_data(as_text=True))


flask_receiver.is_genuine, flask_receiver.parsed = is_genuine, parsed
flask_receiver.serve()
