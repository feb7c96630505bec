"""One webhook receiver in four frameworks, for the table of environments: ``python four_frameworks.py FRAMEWORK PORT``.

The framework reads the request and writes the response. Everything else is in ``accepted`` and ``effects``.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
from threading import Lock

KEY = base64.b64decode(os.environ["FISKIL_WEBHOOK_SECRET"])
HOOK, EFFECTS, READY = "/webhooks/fiskil", "/effects", "/healthz"
applied: dict[str, dict[str, int]] = {}
lock = Lock()


def accepted(body: bytes, signature: str) -> int:
    """Apply a message once, and return the status of the response."""
    expected = base64.b64encode(hmac.digest(KEY, body, hashlib.sha256)).decode()
    if not hmac.compare_digest(expected, signature):
        return 401
    message = json.loads(body)
    with lock:
        applied.setdefault(message["data"]["end_user_id"], {})[message["message_id"]] = 1
    return 204


def effects(end_user_id: str) -> dict[str, object]:
    """Return how often each message about the end user was applied."""
    return {"applied": applied.get(end_user_id, {}), "state": {}, "pending": 0}


def serve_django(port: int) -> None:
    """Serve with Django and its own development server."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.http import HttpResponse, JsonResponse
    from django.urls import path

    urlpatterns = [
        path(HOOK[1:], lambda request: HttpResponse(status=accepted(request.body, request.headers["X-Fiskil-Signature"]))),
        path(EFFECTS[1:], lambda request: JsonResponse(effects(request.GET["end_user_id"]))),
        path(READY[1:], lambda _request: HttpResponse()),
    ]
    sys.modules["urls"] = type(sys)("urls")
    sys.modules["urls"].urlpatterns = urlpatterns  # type: ignore[attr-defined]
    settings.configure(ROOT_URLCONF="urls", SECRET_KEY="only-for-tests", ALLOWED_HOSTS=["127.0.0.1"])
    django.setup()
    call_command("runserver", f"127.0.0.1:{port}", "--noreload", "--skip-checks")


def serve_flask(port: int) -> None:
    """Serve with Flask and Werkzeug."""
    from flask import Flask, request

    app = Flask(__name__)

    @app.post(HOOK)
    def receive() -> tuple[str, int]:
        return "", accepted(request.get_data(), request.headers["X-Fiskil-Signature"])

    @app.get(EFFECTS)
    def read() -> dict[str, object]:
        return effects(request.args["end_user_id"])

    @app.get(READY)
    def ready() -> str:
        return ""

    app.run(port=port)


def serve_fastapi(port: int) -> None:
    """Serve with FastAPI and uvicorn."""
    import uvicorn
    from fastapi import FastAPI, Request, Response

    app = FastAPI()

    @app.post(HOOK)
    async def receive(request: Request) -> Response:
        return Response(status_code=accepted(await request.body(), request.headers["X-Fiskil-Signature"]))

    @app.get(READY)
    async def ready() -> dict[str, str]:
        return {}

    app.get(EFFECTS)(effects)
    uvicorn.run(app, port=port)


def serve_aiohttp(port: int) -> None:
    """Serve with aiohttp."""
    from aiohttp import web

    async def receive(request: web.Request) -> web.Response:
        return web.Response(status=accepted(await request.read(), request.headers["X-Fiskil-Signature"]))

    async def read(request: web.Request) -> web.Response:
        return web.json_response(effects(request.query["end_user_id"]))

    async def ready(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.post(HOOK, receive), web.get(EFFECTS, read), web.get(READY, ready)])
    web.run_app(app, host="127.0.0.1", port=port, print=None)


SERVERS = {"aiohttp": serve_aiohttp, "django": serve_django, "fastapi": serve_fastapi, "flask": serve_flask}

if __name__ == "__main__":
    SERVERS[sys.argv[1]](int(sys.argv[2]))
