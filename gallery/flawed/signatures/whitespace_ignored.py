"""Verifies the body without its spaces and newlines, as a recipe on the command line does.

A space added inside ``message_id`` keeps the old signature valid and makes a new message.
"""

from reference_app import app, signature

_is_genuine = signature.is_genuine


def is_genuine(body, signatures, key):
    """Spaces do not matter, do they?"""
    return _is_genuine(b"".join(body.split()), signatures, key)


signature.is_genuine = is_genuine
build = app.build
