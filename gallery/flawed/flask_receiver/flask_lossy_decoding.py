"""Signs the body as text: an invalid byte becomes U+FFFD before the HMAC, so other bytes than were signed are believed.

The HMAC is over the raw bytes, ``request.get_data()`` without ``as_text``.
"""

from correct import flask_receiver
from flask import request

_is_genuine, _parsed = flask_receiver.is_genuine, flask_receiver.parsed


def is_genuine(_, signatures):
    """By what is left when the bytes were text."""
    return _is_genuine(request.get_data(as_text=True).encode(), signatures)


def parsed(_):
    """The same text."""
    return _parsed(request.get_data(as_text=True))


flask_receiver.is_genuine, flask_receiver.parsed = is_genuine, parsed
flask_receiver.serve()
