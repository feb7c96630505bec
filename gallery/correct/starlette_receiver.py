"""A correct receiver in Starlette: puts a message into its inbox on the disk, says 200, and works on it afterwards.

The claim on a message and its effect are one transaction. What was pending when the app died is found at the next start.
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
    """The failure that was ordered."""


def trip(point):
    """Fail here once for each order."""
    if point in armed:
        armed.remove(point)
        failed.append(point)
        raise sqlite3.OperationalError("rehearsal") if point == "database" else Tripped(point)


@contextmanager
def transaction():
    """All or nothing, on the disk when the block ends."""
    database = sqlite3.connect(os.environ.get("DATABASE", "receiver.db"), timeout=5, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    try:
        database.execute("BEGIN IMMEDIATE")
        yield database
        database.execute("COMMIT")
    finally:
        database.close()  # what is not committed is rolled back


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
    """A refusal before the body was read, after which the connection is of no use."""
    return Response(status_code=status, headers={"Connection": "close"})


def is_genuine(body, signatures):
    """Whether the one signature is that of these very bytes."""
    expected = base64.b64encode(hmac.digest(KEY, body, hashlib.sha256))
    return len(signatures) == 1 and hmac.compare_digest(expected, signatures[0].encode("latin-1", "replace"))


def understood(message):
    """The message, if it has what a message must have."""
    fact = {"consent_id": "", "end_user_id": "", **message["data"]}
    texts = (message["message_id"], message["publish_time"], fact["event"], fact["consent_id"], fact["end_user_id"])
    if not all(isinstance(text, str) and text.isprintable() for text in texts) or not message["message_id"]:
        raise ValueError
    return {**message, "data": fact}


def accept(message):
    """Put it into the inbox; a message that is there already stays as it is."""
    trip("database")
    with transaction() as database:
        row = (message["message_id"], json.dumps(message), message["data"]["end_user_id"])
        database.execute("INSERT OR IGNORE INTO inbox (message_id, body, end_user_id) VALUES (?, ?, ?)", row)


def work_off():
    """Do everything that waits; False if something failed and must be done again."""
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
    """Let the newest fact about a consent win; what belongs to another end user stays as it is."""
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
    """For ever: wait for news, and do what waits."""
    while True:
        await news.wait()
        news.clear()
        if not await asyncio.to_thread(work_off):
            await asyncio.sleep(PAUSE_S)
            news.set()


@asynccontextmanager
async def lifespan(app):
    """Find what was pending, and work beside the answers."""
    app.state.news = asyncio.Event()
    app.state.news.set()
    worker = asyncio.create_task(work(app.state.news))
    yield
    worker.cancel()


async def effects(request):
    """What the harness asks: counts, what waits, failures as ordered, and the state of one end user."""
    end_user_id = request.query_params.get("end_user_id", "")
    with transaction() as database:
        inbox = database.execute("SELECT message_id, times FROM inbox").fetchall()
        held = database.execute("SELECT consent_id, status FROM consents WHERE end_user_id = ?", (end_user_id,)).fetchall()
    return JSONResponse(
        {
            "applied": {message_id: times for message_id, times in inbox if times},
            "pending": sum(not times for _, times in inbox),
            "failed": len(failed),
            "state": {"consents": dict(held)},
        }
    )


async def fail(request):
    """``POST /_harness/fail?at=``: the next processing fails once."""
    armed.append(request.query_params["at"])
    return Response(status_code=204)


async def healthz(request):
    """Ready."""
    return JSONResponse({"status": "ok"})


def build():
    """The app; its tables are made first."""
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
