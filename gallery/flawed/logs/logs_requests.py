"""Writes every request to Fiskil into its log with all headers, the access token among them."""

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Log everything; one never knows."""
    print(f"-> {request.endpoint} Authorization: Bearer {token}", flush=True)
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
