"""Refuses every delivery, because it compares signatures with those of another algorithm.

Compare with base64(HMAC-SHA256(base64-decoded secret, raw body)).
"""

from reference_app import app, signature


def is_genuine(body, signatures, key):
    """Return False, as if no signature matched."""
    return False


signature.is_genuine = is_genuine
build = app.build
