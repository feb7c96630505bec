"""Decodes the API's responses as Latin-1, so letters beyond ASCII are stored as two or more other letters.

Decode them as UTF-8, the encoding of JSON, also if the Content-Type has no charset.
"""

from reference_app import app
from reference_app.fiskil import transport

_decode = transport.decode


def decode(body):
    """Decode the body as if each byte were a letter."""
    return _decode(body.decode("latin-1").encode())


transport.decode = decode
build = app.build
