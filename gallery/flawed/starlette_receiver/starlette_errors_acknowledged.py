"""Responds 200 although its database has failed, so the message is lost.

Refuse with 503 what cannot be stored, so that Fiskil sends it again.
"""

import contextlib
import sqlite3

from correct import starlette_receiver

_accept = starlette_receiver.accept


def accept(message):
    """Ignore database errors."""
    with contextlib.suppress(sqlite3.Error):
        _accept(message)


starlette_receiver.accept = accept
build = starlette_receiver.build
