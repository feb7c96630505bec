"""Writes the token of each request to a debug log beside its database.

Log the endpoint and the status only: backups contain that file too.
"""

import os
from pathlib import Path

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Append the token to the debug log."""
    path = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).with_name("debug.log")
    with path.open("a", encoding="utf-8") as log:
        log.write(f"{request.endpoint} bearer={token}\n")
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
