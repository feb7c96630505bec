"""Compares only as many characters as it was given, so the first character of the right signature is enough.

One in 64 guesses gets in.
"""

from reference_app import app, signature


def is_genuine(body, signatures, key):
    """As far as it goes."""
    given = signatures[0].encode("latin-1") if len(signatures) == 1 else b""
    return bool(given) and signature.sign(body, key).startswith(given)


signature.is_genuine = is_genuine
build = app.build
