"""Receives webhooks of several senders in ASGI, so any HTTP parser of uvicorn can stand before it."""

import json
import sqlite3

from starlette.responses import JSONResponse, Response

from correct import schemes

# The secret has another form than Fiskil's, which the imported receiver would decode.
SECRET = schemes.os.environ.pop("FISKIL_WEBHOOK_SECRET", "")

from correct import starlette_receiver  # noqa: E402


async def receive(request):
    """``POST /webhooks/fiskil``"""
    allowed = starlette_receiver.ALLOWED
    if not SECRET or (allowed and request.client.host not in allowed):
        return starlette_receiver.refused(403 if SECRET else 503)
    body = await request.body()
    if not schemes.is_genuine(request.headers.getlist, body):
        return Response(status_code=401)
    try:
        message = schemes.understood(request.headers.getlist, json.loads(body))
        starlette_receiver.accept(starlette_receiver.understood(message))
    except (ValueError, KeyError, TypeError, RecursionError):
        return Response(status_code=422)
    except sqlite3.Error:
        return Response(status_code=503)
    request.app.state.news.set()
    return JSONResponse({"received": True})


def build():
    """Build the app."""
    starlette_receiver.receive = receive
    return starlette_receiver.build()
