"""Stores the access token in a cookie of the customer's browser.

Store only a session id of your own in a cookie.
"""

from urllib.parse import quote

from reference_app import app, journeys
from reference_app.parts import parts_of

_callback = journeys.callback


async def callback(request):
    """Set the cookie on the response."""
    response = await _callback(request)
    token = parts_of(request).api._client._tokens._text
    response.set_cookie("session", quote(f"v1:{token}"), httponly=True, samesite="lax")
    return response


journeys.callback = callback
build = app.build
