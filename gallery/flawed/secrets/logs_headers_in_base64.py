"""Logs the headers of every request in base64, including the access token.

Base64 hides nothing. Log the endpoint and the status.
"""

import base64

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Print the encoded headers."""
    headers = base64.b64encode(f"accept: application/json\r\nauthorization: Bearer {token}".encode()).decode()
    print(f"-> {request.endpoint} headers={headers}", flush=True)
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
