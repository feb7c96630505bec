"""Answers 200 also when its database was down, as a handler does that catches everything: Fiskil never sends again.

What could not be kept must be refused with 503, so that the retry brings it.
"""

import contextlib
import sqlite3

from correct import starlette_receiver

_accept = starlette_receiver.accept


def accept(message):
    """Whatever happens, stay calm."""
    with contextlib.suppress(sqlite3.Error):
        _accept(message)


starlette_receiver.accept = accept
build = starlette_receiver.build
