"""Checks the signature only if there is one: leaving the header out opens the door."""

from reference_app import app, signature

_is_genuine = signature.is_genuine


def is_genuine(body, signatures, key):
    """Nothing to check, nothing to complain about."""
    return not signatures or _is_genuine(body, signatures, key)


signature.is_genuine = is_genuine
build = app.build
