"""Writes the headers of every request into its log in base64, the access token among them.

Base64 is a way to write, and hides nothing.
"""

import base64

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Keep the log on one line."""
    headers = base64.b64encode(f"accept: application/json\r\nauthorization: Bearer {token}".encode()).decode()
    print(f"-> {request.endpoint} headers={headers}", flush=True)
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
