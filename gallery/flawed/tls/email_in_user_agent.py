"""Writes into its User-Agent for whom it calls, so the addresses of its customers stand in the logs of others.

Name the app there, and let the end user's id say whom a call is about.
"""

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Let support see at once who it was."""
    if request.body and "email" in request.body:
        http.headers["User-Agent"] = f"budget/1.0 (for {request.body['email']})"
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
