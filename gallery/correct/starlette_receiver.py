"""Receives webhooks in Starlette: stores a message on disk, responds 200, and processes it later.

The claim on a message and its effect are one transaction. Messages that were pending when the app died are processed at
the next start.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import sqlite3
from contextlib import asynccontextmanager, contextmanager

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY = base64.b64decode(os.environ.get("FISKIL_WEBHOOK_SECRET", ""))
ALLOWED = frozenset(filter(None, os.environ.get("FISKIL_WEBHOOK_ALLOWED_IPS", "").split(",")))
LARGEST_BODY = 512 * 1024
PAUSE_S = 0.05
TABLES = """
    CREATE TABLE IF NOT EXISTS inbox (
        message_id TEXT PRIMARY KEY, body TEXT NOT NULL, end_user_id TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS consents (
        consent_id TEXT PRIMARY KEY, end_user_id TEXT NOT NULL, status TEXT NOT NULL, published TEXT NOT NULL
    );
"""

armed = []
failed = []


class Tripped(Exception):
    """A requested failure."""


def trip(point):
    """Fail once per request if *point* is armed."""
    if point in armed:
        armed.remove(point)
        failed.append(point)
        raise sqlite3.OperationalError("test") if point == "database" else Tripped(point)


@contextmanager
def transaction():
    """Open a transaction that is on disk when the block ends, or rolled back."""
    database = sqlite3.connect(os.environ.get("DATABASE", "receiver.db"), timeout=5, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    try:
        database.execute("BEGIN IMMEDIATE")
        yield database
        database.execute("COMMIT")
    finally:
        database.close()  # rolls back what is not committed


async def receive(request):
    """``POST /webhooks/fiskil``"""
    if not KEY or (ALLOWED and request.client.host not in ALLOWED):
        return refused(403 if KEY else 503)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return refused(413)
    if not is_genuine(body, request.headers.getlist("x-fiskil-signature")):
        return Response(status_code=401)
    try:
        accept(understood(json.loads(body)))
    except (ValueError, KeyError, TypeError, RecursionError):
        return Response(status_code=422)
    except sqlite3.Error:
        return Response(status_code=503)
    request.app.state.news.set()
    return JSONResponse({"received": True})


def refused(status):
    """Return a response that closes the connection, because the body has not been read."""
    return Response(status_code=status, headers={"Connection": "close"})


def is_genuine(body, signatures):
    """Return whether there is one signature, and it is correct for these bytes."""
    expected = base64.b64encode(hmac.digest(KEY, body, hashlib.sha256))
    return len(signatures) == 1 and hmac.compare_digest(expected, signatures[0].encode("latin-1", "replace"))


def understood(message):
    """Return the message if it has the required fields."""
    fact = {"consent_id": "", "end_user_id": "", **message["data"]}
    texts = (message["message_id"], message["publish_time"], fact["event"], fact["consent_id"], fact["end_user_id"])
    if not all(isinstance(text, str) and text.isprintable() for text in texts) or not message["message_id"]:
        raise ValueError
    return {**message, "data": fact}


def accept(message):
    """Store the message in the inbox, unless it is already there."""
    trip("database")
    with transaction() as database:
        row = (message["message_id"], json.dumps(message), message["data"]["end_user_id"])
        database.execute("INSERT OR IGNORE INTO inbox (message_id, body, end_user_id) VALUES (?, ?, ?)", row)


def work_off():
    """Process all waiting messages; return False if one failed and must be processed again."""
    with transaction() as database:
        waiting = database.execute("SELECT message_id, body FROM inbox WHERE times = 0 ORDER BY rowid").fetchall()
    for message_id, body in waiting:
        try:
            trip("before")
            with transaction() as database:
                if database.execute("UPDATE inbox SET times = 1 WHERE message_id = ? AND times = 0", (message_id,)).rowcount:
                    apply(database, json.loads(body))
                trip("midway")
            trip("after")
        except (Tripped, sqlite3.Error):
            return False
    return True


def apply(database, message):
    """Store the newest fact about a consent, unless the consent belongs to another end user."""
    fact = message["data"]
    if not fact["event"].startswith("consent."):
        return
    status = "revoked" if fact["event"] == "consent.revoked" else "active"
    database.execute(
        "INSERT INTO consents VALUES (?, ?, ?, ?) ON CONFLICT (consent_id) DO UPDATE"
        " SET status = excluded.status, published = excluded.published"
        " WHERE excluded.published > published AND excluded.end_user_id = end_user_id",
        (fact["consent_id"], fact["end_user_id"], status, message["publish_time"]),
    )


async def work(news):
    """Wait for new messages and process them, without end."""
    while True:
        await news.wait()
        news.clear()
        if not await asyncio.to_thread(work_off):
            await asyncio.sleep(PAUSE_S)
            news.set()


@asynccontextmanager
async def lifespan(app):
    """Process pending messages, and run the worker beside the server."""
    app.state.news = asyncio.Event()
    app.state.news.set()
    worker = asyncio.create_task(work(app.state.news))
    yield
    worker.cancel()


async def effects(request):
    """Return counts, pending messages, requested failures and the state of one end user to the harness."""
    end_user_id = request.query_params.get("end_user_id", "")
    with transaction() as database:
        inbox = database.execute("SELECT message_id, times FROM inbox").fetchall()
        consents = database.execute(
            "SELECT consent_id, status FROM consents WHERE end_user_id = ?", (end_user_id,)
        ).fetchall()
    return JSONResponse(
        {
            "applied": {message_id: times for message_id, times in inbox if times},
            "pending": sum(not times for _, times in inbox),
            "failed": len(failed),
            "state": {"consents": dict(consents)},
        }
    )


async def fail(request):
    """``POST /_harness/fail?at=``: make the next processing fail once."""
    armed.append(request.query_params["at"])
    return Response(status_code=204)


async def healthz(request):
    """Return 200 when the server is ready."""
    return JSONResponse({"status": "ok"})


def build():
    """Create the tables, and build the app."""
    database = sqlite3.connect(os.environ.get("DATABASE", "receiver.db"))
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(TABLES)
    database.close()
    routes = [
        Route("/webhooks/fiskil", receive, methods=["POST"]),
        Route("/healthz", healthz),
        Route("/_harness/effects", effects),
        Route("/_harness/fail", fail, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)
