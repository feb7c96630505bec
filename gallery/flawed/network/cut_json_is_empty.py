"""Takes an answer that is cut off in the middle for an empty one, so rows seem to have vanished."""

from reference_app import app
from reference_app.fiskil import answers, transport
from reference_app.fiskil.errors import Unavailable

_decode, _page = transport.decode, answers.page


def decode(body):
    """No JSON, no data."""
    try:
        return _decode(body)
    except Unavailable:
        return None


transport.decode = decode
answers.page = lambda payload, root: answers.Page((), "") if payload is None else _page(payload, root)
build = app.build
