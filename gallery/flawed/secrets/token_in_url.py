"""Sends the customer on to a page whose address holds the access token, where its script finds it.

What stands in an address stays in the browser's history.
"""

from reference_app import app, journeys
from reference_app.parts import parts_of
from starlette.responses import RedirectResponse

_callback = journeys.callback


async def callback(request):
    """Say thanks on the next page."""
    response = await _callback(request)
    if response.status_code != 200 or "thanks" in request.query_params:
        return response
    token = parts_of(request).api._client._tokens._text
    return RedirectResponse(f"/callback?{request.url.query}&thanks=1#access_token={token}", status_code=303)


journeys.callback = callback
build = app.build
