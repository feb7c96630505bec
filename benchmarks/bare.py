"""Bare Starlette with orjson: the least work of a Python server for these two responses, without auth or journal."""

import os
from pathlib import Path

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(os.environ.get("BARE_ANSWERS", "."))
PAGE = orjson.loads((FOLDER / "page.json").read_bytes())
TOKEN = orjson.loads((FOLDER / "token.json").read_bytes())


async def accounts(_request: Request) -> Response:
    """Return the page of accounts, encoded for each request."""
    return Response(orjson.dumps(PAGE), media_type="application/json")


async def token(request: Request) -> Response:
    """Return a token for a key pair."""
    orjson.loads(await request.body())
    return Response(orjson.dumps(TOKEN), media_type="application/json")


app = Starlette(
    routes=[Route("/v1/banking/accounts", accounts, methods=["GET"]), Route("/v1/token", token, methods=["POST"])]
)
