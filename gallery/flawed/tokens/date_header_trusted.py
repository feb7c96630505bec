"""Computes the token's expiry from the Date header, so a wrong server clock makes it fetch tokens in a loop.

Count the lifetime of a token from its arrival, on your own clock.
"""

from email.utils import parsedate_to_datetime

from reference_app import app
from reference_app.fiskil import client, token, transport

TRIES = 40

_server_time = {}
_send, _fetch_token = transport._send, client.Client._fetch_token


async def send(http, request, bearer, timeout_s):
    """Record the time in the Date header."""
    status, headers, body = await _send(http, request, bearer, timeout_s)
    _server_time["s"] = parsedate_to_datetime(headers["date"]).timestamp() if "date" in headers else token.time.time()
    return status, headers, body


async def fetch_token(self, deadline):
    """Fetch tokens until one expires in the future."""
    for _ in range(TRIES):
        fresh = await _fetch_token(self, deadline)
        if _server_time["s"] + fresh.lifetime_s > token.time.time():
            break
    return fresh


transport._send, client.Client._fetch_token = send, fetch_token
build = app.build
