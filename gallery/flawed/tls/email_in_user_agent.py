"""Sends the customer's e-mail address in the User-Agent header.

Name only the app there; the end user's id identifies the customer.
"""

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Put the e-mail address into the header."""
    if request.body and "email" in request.body:
        http.headers["User-Agent"] = f"budget/1.0 (for {request.body['email']})"
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
