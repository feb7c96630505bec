"""Keeps a debug log of its own beside its database, with the token of each request, and its output is clean.

Nobody looks at that file, and every backup has it.
"""

import os
from pathlib import Path

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Write it where nobody looks."""
    path = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).with_name("debug.log")
    with path.open("a", encoding="utf-8") as log:
        log.write(f"{request.endpoint} bearer={token}\n")
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
