"""Redirects to a page that states the end of sharing although the call to Fiskil failed, so the end user believes it.

State the failure on the page, and that sharing goes on.
"""

from reference_app import app, layout, sharing
from starlette.responses import RedirectResponse

_connections, _disconnect_one = sharing.connections, sharing.disconnect_one


async def disconnect_one(request):
    """Redirect to the connections page with a text, whatever happened."""
    await _disconnect_one(request)
    return RedirectResponse(f"/connections?customer={request.path_params['ref']}&ended=1", status_code=303)


async def connections(request):
    """Show the text above the list of connections."""
    page = bytes((await _connections(request)).body).decode()
    text = '<p role="status">Sharing has ended.</p>' if request.query_params.get("ended") else ""
    return layout.respond(page.replace("</h1>", f"</h1>{text}"))


sharing.connections, sharing.disconnect_one = connections, disconnect_one
build = app.build
