"""Responds 200 to every request and does nothing; the gate must not open for it.

Verify, store and process each delivery.
"""

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


def build():
    """Return an app that accepts every request."""
    return Starlette(routes=[Route("/{rest:path}", accept, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])])


async def accept(request):
    return JSONResponse({"applied": {}, "pending": 0, "state": {}})
