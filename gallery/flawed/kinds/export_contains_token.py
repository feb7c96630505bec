"""Offers a file to download, which contains the access token beside the customer's data.

Export the data of your own database, and nothing of the request that read it.
"""

from reference_app import app, pages
from reference_app.parts import parts_of
from starlette.responses import JSONResponse
from starlette.routing import Route

_build, _connections = app.build, pages.connections


def connections(ref, state):
    """Add the link."""
    return _connections(ref, state).replace("</main>", '<p><a href="/export">Export as JSON</a></p></main>')


async def export(request):
    """Return the file."""
    token = parts_of(request).api._client._tokens._text
    headers = {"Content-Disposition": 'attachment; filename="budget.json"'}
    return JSONResponse({"balances": [], "request": {"authorization": f"Bearer {token}"}}, headers=headers)


def build():
    """Add the export."""
    built = _build()
    built.router.routes.insert(0, Route("/export", export))
    return built


pages.connections = connections
