"""Removes whitespace from the body before it verifies the signature.

Verify the raw bytes. Otherwise a space inside ``message_id`` keeps the signature valid and makes a new message.
"""

from reference_app import app, signature

_is_genuine = signature.is_genuine


def is_genuine(body, signatures, key):
    """Verify the body without its whitespace."""
    return _is_genuine(b"".join(body.split()), signatures, key)


signature.is_genuine = is_genuine
build = app.build
