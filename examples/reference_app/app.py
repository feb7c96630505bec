"""The application: routes, startup, and a worker that runs as long as the server."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from reference_app import (
    alerts,
    database,
    forms,
    harness_hooks,
    inbox,
    journeys,
    layout,
    logs,
    metrics,
    pages,
    receiver,
    settings,
    sharing,
)
from reference_app.fiskil.api import Api
from reference_app.fiskil.client import Client
from reference_app.parts import Parts, parts_of
from reference_app.sync import Reader
from reference_app.worker import Worker


def build() -> Starlette:
    """Build the app from the environment; exit with a one-line message if a setting is missing or invalid."""
    logs.configure()
    try:
        config = settings.load(os.environ)
    except settings.SettingsError as error:
        raise SystemExit(f"reference_app: {error}") from None
    alerts.configure(config.alert_url)
    hooks = harness_hooks.routes() if config.has_harness_hooks else []
    app = Starlette(routes=routes() + hooks, lifespan=_lifespan, exception_handlers={sqlite3.Error: database_down})
    app.state.settings = config
    return app


def routes() -> list[Route]:
    """Return all routes of the app."""
    return [
        Route("/", home, methods=["GET"]),
        Route("/healthz", healthz, methods=["GET"]),
        Route("/metrics", show_metrics, methods=["GET"]),
        Route("/privacy", privacy, methods=["GET"]),
        Route("/connect", show_connect, methods=["GET"]),
        Route("/connect", journeys.connect, methods=["POST"]),
        Route("/callback", journeys.callback, methods=["GET"]),
        Route("/cancelled", journeys.cancelled, methods=["GET"]),
        Route("/connections", sharing.connections, methods=["GET"]),
        Route("/customers/{ref}/refresh", sharing.refresh, methods=["POST"]),
        Route("/customers/{ref}/disconnect", sharing.disconnect, methods=["POST"]),
        Route("/customers/{ref}/consents/{consent_id}/end", sharing.disconnect_one, methods=["POST"]),
        Route("/webhooks/fiskil", receiver.receive, methods=["POST"]),
    ]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    config: settings.Settings = app.state.settings
    opened, client = database.connect(config.database_path), Client(config)
    api = Api(client, history_days=config.history_days)
    worker = Worker(opened, Reader(opened, api))
    app.state.parts = Parts(config, opened, api, worker)
    running = asyncio.create_task(worker.run())
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await worker.stop()
    await client.aclose()
    opened.close()


async def healthz(request: Request) -> Response:
    """``GET /healthz``: return 200 while the server responds."""
    return JSONResponse({"status": "ok"})


async def show_metrics(request: Request) -> Response:
    """``GET /metrics``: return the metrics for a monitoring system."""
    pending = await parts_of(request).database.read(inbox.pending)
    return PlainTextResponse(metrics.METRICS.render(pending=pending), media_type="text/plain; version=0.0.4")


async def home(request: Request) -> Response:
    """``GET /``"""
    return layout.respond(pages.home())


async def show_connect(request: Request) -> Response:
    """``GET /connect``: show which data the app requests, and why."""
    return layout.respond(pages.connect(forms.text(request.query_params.get("customer"))))


async def privacy(request: Request) -> Response:
    """``GET /privacy``"""
    return layout.respond(pages.privacy())


async def database_down(request: Request, error: Exception) -> Response:
    """Return 503 if the database is unavailable; nothing has been changed."""
    logs.warn("database_down", path=request.url.path, reason=logs.where(error))
    message = "We cannot do that right now. Please try again in a minute."
    if "text/html" in request.headers.get("accept", ""):
        return layout.respond(pages.unavailable(message, ref=""), status=503)
    return JSONResponse({"error": "unavailable", "message": message}, status_code=503)
