"""Closes the brackets of an answer that is cut off, and keeps the rows before the cut as if they were all.

Half a list is no list: read it again, and keep nothing until it is whole.
"""

from reference_app import app
from reference_app.fiskil import transport
from reference_app.fiskil.errors import Unavailable

_decode = transport.decode


def decode(body):
    """What can be read is what there is."""
    try:
        return _decode(body)
    except Unavailable:
        whole, row, _ = body.rpartition(b"},{")
        if not row:
            raise
    return _decode(whole + b"}]}")


transport.decode = decode
build = app.build
