"""Compares only as many characters as the header contains, so one correct character is enough.

Compare the whole signature. One in 64 guesses of a single character is accepted here.
"""

from reference_app import app, signature


def is_genuine(body, signatures, key):
    """Return whether the correct signature starts with the value in the header."""
    prefix = signatures[0].encode("latin-1") if len(signatures) == 1 else b""
    return bool(prefix) and signature.sign(body, key).startswith(prefix)


signature.is_genuine = is_genuine
build = app.build
