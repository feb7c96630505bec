"""Accepts a delivery without a signature header.

Refuse a delivery without a signature with 401.
"""

from reference_app import app, signature

_is_genuine = signature.is_genuine


def is_genuine(body, signatures, key):
    """Check the signature only if there is one."""
    return not signatures or _is_genuine(body, signatures, key)


signature.is_genuine = is_genuine
build = app.build
