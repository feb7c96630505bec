"""Redirects the customer to a URL that contains the access token.

URLs stay in the browser's history. Keep the token on the server.
"""

from reference_app import app, journeys
from reference_app.parts import parts_of
from starlette.responses import RedirectResponse

_callback = journeys.callback


async def callback(request):
    """Redirect to the same page with the token in the fragment."""
    response = await _callback(request)
    if response.status_code != 200 or "thanks" in request.query_params:
        return response
    token = parts_of(request).api._client._tokens._text
    return RedirectResponse(f"/callback?{request.url.query}&thanks=1#access_token={token}", status_code=303)


journeys.callback = callback
build = app.build
