"""The app: its parts, its routes, and the worker that lives as long as the server does."""

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
from reference_app.database import Database
from reference_app.fiskil.api import Api
from reference_app.fiskil.client import Client
from reference_app.parts import Parts, parts_of
from reference_app.sync import Reader
from reference_app.worker import Worker


def build() -> Starlette:
    """Build the app from the environment, or stop with one line that says what is missing."""
    logs.configure()
    try:
        told = settings.load(os.environ)
    except settings.SettingsError as error:
        raise SystemExit(f"reference_app: {error}") from None
    alerts.configure(told.alert_url)
    hooks = harness_hooks.routes() if told.has_harness_hooks else []
    app = Starlette(routes=routes() + hooks, lifespan=_lifespan, exception_handlers={sqlite3.Error: database_down})
    app.state.settings = told
    return app


def routes() -> list[Route]:
    """Every address of the app."""
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
    told: settings.Settings = app.state.settings
    database, client = Database(told.database_path), Client(told)
    api = Api(client, history_days=told.history_days)
    worker = Worker(database, Reader(database, api))
    app.state.parts = Parts(told, database, api, worker)
    running = asyncio.create_task(worker.run())
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await worker.stop()
    await client.aclose()
    database.close()


async def healthz(request: Request) -> Response:
    """``GET /healthz``: the server answers."""
    return JSONResponse({"status": "ok"})


async def show_metrics(request: Request) -> Response:
    """``GET /metrics``: what a monitoring system reads."""
    pending = await parts_of(request).database.read(inbox.pending)
    return PlainTextResponse(metrics.METRICS.render(pending=pending), media_type="text/plain; version=0.0.4")


async def home(request: Request) -> Response:
    """``GET /``"""
    return layout.respond(pages.home())


async def show_connect(request: Request) -> Response:
    """``GET /connect``: what is asked for, and why."""
    return layout.respond(pages.connect(forms.text(request.query_params.get("customer"))))


async def privacy(request: Request) -> Response:
    """``GET /privacy``"""
    return layout.respond(pages.privacy())


async def database_down(request: Request, error: Exception) -> Response:
    """Say so when the database cannot be used now; nothing was changed."""
    logs.warn("database_down", path=request.url.path, reason=logs.where(error))
    message = "We cannot do that right now. Please try again in a minute."
    if "text/html" in request.headers.get("accept", ""):
        return layout.respond(pages.unavailable(message, ref=""), status=503)
    return JSONResponse({"error": "unavailable", "message": message}, status_code=503)
