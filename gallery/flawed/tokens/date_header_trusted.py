"""Reckons by the Date of an answer when a token ends, and fetches another one as long as it seems to have ended before.

A clock that is wrong elsewhere must not matter: a token's life counts from when it came, by one's own clock.
"""

from email.utils import parsedate_to_datetime

from reference_app import app
from reference_app.fiskil import client, token, transport

TRIES = 40

_told = {}
_send, _fetch_token = transport._send, client.Client._fetch_token


async def send(http, request, bearer, timeout_s):
    """Note the time that the answer tells."""
    status, headers, body = await _send(http, request, bearer, timeout_s)
    _told["s"] = parsedate_to_datetime(headers["date"]).timestamp() if "date" in headers else token.time.time()
    return status, headers, body


async def fetch_token(self, deadline):
    """Until it ends after now."""
    for _ in range(TRIES):
        fresh = await _fetch_token(self, deadline)
        if _told["s"] + fresh.lifetime_s > token.time.time():
            break
    return fresh


transport._send, client.Client._fetch_token = send, fetch_token
build = app.build
