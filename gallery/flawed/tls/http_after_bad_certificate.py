"""Repeats a call over plain HTTP when the certificate is not trusted.

Let the call fail: plain HTTP exposes the token to the network.
"""

from dataclasses import replace

from reference_app import app
from reference_app.fiskil import transport
from reference_app.fiskil.errors import Untrusted

_attempt = transport._attempt


async def attempt(http, request, token, timeout_s):
    """Try HTTPS, then plain HTTP."""
    try:
        return await _attempt(http, request, token, timeout_s)
    except Untrusted:
        plain = replace(request, url=request.url.replace("https://", "http://", 1))
        return await _attempt(http, plain, token, timeout_s)


transport._attempt = attempt
build = app.build
