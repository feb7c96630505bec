"""Compares signatures without regard to upper and lower case, although base64 uses both.

Compare the bytes. Here a guess needs to find one of 38 characters at each place, not one of 64.
"""

from reference_app import app, signature


def is_genuine(body, signatures, key):
    """Return whether a signature in the header is correct but for the case of its letters."""
    expected = signature.sign(body, key).lower()
    return any(expected == given.encode("latin-1").lower() for given in signatures)


signature.is_genuine = is_genuine
build = app.build
