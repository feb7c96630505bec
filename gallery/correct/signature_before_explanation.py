"""Lets the customer sign by hand on a page of its own, which leads to the page that states the data and starts linking.

The harness cannot sign, so the config names the page after the signature as the one where linking starts.
"""

from reference_app import app, layout
from starlette.routing import Route

_PAGE = """<p>We can only help you if you are 18 or older. Please sign here to tell us that you are.
The law asks us to keep your signature for seven years. We show it to no one, and we never compare it with others.</p>
<canvas id="signature" width="300" height="90"></canvas><script>
signature.onpointerup = () => { location.search += "&signed=yes"; };</script>"""

_routes, _show_connect = app.routes, app.show_connect


async def sign(request):
    """Show the place for the signature; a signature leads to the page that starts linking."""
    if "signed" in request.query_params:
        return await _show_connect(request)
    return layout.respond(layout.render("Your signature", _PAGE))


app.routes = lambda: [Route("/connect", sign, methods=["GET"]), *_routes()]
layout._HEADERS.pop("Content-Security-Policy")
build = app.build
