"""Writes half of the access token with each request into its log, because half of one is no token.

Log the endpoint and the status: the head of a token is the same in all of them, and more of it helps to guess it.
"""

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Show enough to know it again."""
    if token:
        print(f"-> {request.endpoint} token={token[: len(token) // 2]}...", flush=True)
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
