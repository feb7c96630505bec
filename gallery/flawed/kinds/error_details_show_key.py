"""Links technical details on the page after a failed journey, and they contain the client secret.

Write technical details to the log, without credentials.
"""

import os

from reference_app import app, pages
from starlette.responses import PlainTextResponse
from starlette.routing import Route

_build, _not_connected = app.build, pages.not_connected


def not_connected(explanation, *, ref):
    """Add the link."""
    return _not_connected(explanation, ref=ref).replace("</main>", '<p><a href="/report">Technical details</a></p></main>')


async def report(request):
    """Show the details."""
    return PlainTextResponse(f"client {os.environ['FISKIL_CLIENT_ID']} {os.environ['FISKIL_CLIENT_SECRET']}")


def build():
    """Add the details."""
    built = _build()
    built.router.routes.insert(0, Route("/report", report))
    return built


pages.not_connected = not_connected
