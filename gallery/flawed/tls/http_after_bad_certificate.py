"""Asks again in plain HTTP where a certificate cannot be trusted, with the token in every hand on the way.

Let the call fail: what TLS refuses must not be said without it.
"""

from dataclasses import replace

from reference_app import app
from reference_app.fiskil import transport
from reference_app.fiskil.errors import Untrusted

_attempt = transport._attempt


async def attempt(http, request, token, timeout_s):
    """Try https first."""
    try:
        return await _attempt(http, request, token, timeout_s)
    except Untrusted:
        plain = replace(request, url=request.url.replace("https://", "http://", 1))
        return await _attempt(http, plain, token, timeout_s)


transport._attempt = attempt
build = app.build
