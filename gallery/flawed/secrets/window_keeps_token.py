"""Hands the access token to the window with the consent page, which stores it in localStorage.

A page needs no token: let it call your own server.
"""

import json

from reference_app import app, journeys, layout, pages
from reference_app.parts import parts_of

_connect, _callback = pages.connect, journeys.callback
OPENING = """<script>document.querySelector("form").addEventListener("submit", (event) => {
  open("", "bank", "popup,width=480,height=700");
  event.target.target = "bank";
});</script>"""


async def callback(request):
    """Return a page that stores the token and closes the window."""
    await _callback(request)
    token = parts_of(request).api._client._tokens._text
    return layout.respond(
        f"<!doctype html><title>Done</title><script>localStorage.token = {json.dumps(token)};"
        "opener.document.body.append('Thank you. We are syncing your data.'); close();</script>"
    )


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages.connect = lambda ref: _connect(ref) + OPENING
journeys.callback = callback
build = app.build
