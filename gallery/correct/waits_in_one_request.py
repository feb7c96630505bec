"""Shows a page that waits for the session in one long request, and then leads to the bank or states the failure."""

import asyncio
import re

from reference_app import app, journeys, layout
from starlette.responses import JSONResponse
from starlette.routing import Route

_connect, _routes, _started = journeys.connect, app.routes, {}
_PAGE = """<p id="text" role="status">We open the connection to your bank.</p><script>
fetch("/outcome?key=KEY").then((response) => response.json()).then((outcome) => {
  if (outcome.url) location = outcome.url; else document.getElementById("text").textContent = outcome.text;
});
</script>"""


async def connect(request):
    """Start the journey, and return the page that waits for it."""
    if b"customer=" not in await request.body():
        return await _connect(request)
    key = str(len(_started))
    _started[key] = asyncio.create_task(_connect(request))
    return layout.respond(layout.render("One moment", _PAGE.replace("KEY", key)))


async def outcome(request):
    """Return the consent page's URL, or the text of the failure, as soon as it is known."""
    response = await _started[request.query_params["key"]]
    if "location" in response.headers:
        return JSONResponse({"url": response.headers["location"]})
    return JSONResponse({"text": re.sub("<[^>]*>", " ", response.body.decode().partition("<main")[2])})


journeys.connect = connect
app.routes = lambda: [Route("/outcome", outcome, methods=["GET"]), *_routes()]
layout._HEADERS.pop("Content-Security-Policy")
build = app.build
