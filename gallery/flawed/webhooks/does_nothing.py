"""Answers 200 to everything and does nothing at all. No gate may open for it."""

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


def build():
    """An app that always says yes."""
    return Starlette(routes=[Route("/{rest:path}", say_yes, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])])


async def say_yes(request):
    return JSONResponse({"applied": {}, "pending": 0, "state": {}})
