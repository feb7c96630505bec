"""The routes for programs and Fiskil."""

import base64
import hashlib
import hmac
import html
import json
import os
import re
import sqlite3
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from correct.fastapi_batches.batches import api, database, refresh, turn
from correct.flask_client import store
from correct.flask_client.fiskil import Failure

REQUEST_S = 8.0
LARGEST_BODY = 1024 * 1024
CANCELLED = {"AUTH_SESSION_CANCELLED", "CONSENT_ENDUSER_DENIED"}
KEY = base64.b64decode(os.environ.get("FISKIL_WEBHOOK_SECRET", ""))
ADDRESSES = {address for address in os.environ.get("FISKIL_WEBHOOK_ALLOWED_IPS", "").split(",") if address}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEXTS = {
    "returned": "Thank you. We are syncing your data.",
    "cancelled": "You stopped before sharing anything. Whenever you are ready, you can start again.",
    "failed": "Your bank was not connected, and nothing was shared. Please try again in a few minutes.",
}

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


class Event(BaseModel):
    """The content of a message; other fields are ignored."""

    event: str = Field(max_length=256)
    end_user_id: str = Field("", max_length=256)
    consent_id: str = Field("", max_length=256)


class Message(BaseModel):
    """A signed message."""

    model_config = ConfigDict(strict=True)
    message_id: str = Field(min_length=1, max_length=256)
    publish_time: str
    data: Event

    def row(self):
        """Return the columns of the inbox.

        Raises:
            ValueError: A text is not printable, or the time is none.
        """
        instant = datetime.fromisoformat(self.publish_time)
        elapsed = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - EPOCH
        published_us = (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
        texts = (self.message_id, self.data.event, self.data.end_user_id, self.data.consent_id)
        if not all(text.isprintable() for text in texts):
            raise ValueError("a text is not printable")
        return (*texts, published_us)


class Customer(BaseModel):
    """A customer of ours."""

    customer: str = Field(min_length=1, max_length=100)


@app.get("/healthz")
def healthz():
    """Return 200 while the server responds."""
    return {"status": "ok"}


@app.post("/webhooks/fiskil")
async def receive(request: Request):
    """Verify, store and acknowledge; the next batch does the work."""
    if not KEY or (ADDRESSES and request.client.host not in ADDRESSES):
        return refused(403 if KEY else 503, "an unknown address, or no secret")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            return refused(413, "a large body")
    expected = base64.b64encode(hmac.digest(KEY, bytes(body), hashlib.sha256))
    signatures = request.headers.getlist("x-fiskil-signature")
    if len(signatures) != 1 or not hmac.compare_digest(expected, signatures[0].encode("latin-1")):
        return refused(401, "an invalid signature")
    try:
        row = Message.model_validate(json.loads(bytes(body))).row()
    except (ValueError, OverflowError, RecursionError):
        return refused(400, "no message")
    try:
        await run_in_threadpool(keep, row)
    except sqlite3.Error:
        return refused(503, "the database is not available")
    print(f"webhook_received {row[0]!a} {row[1]!a}", flush=True)
    return Response(status_code=204)


def keep(row):
    """Store a message once."""
    with database.changing() as tx:
        columns = "message_id, event, end_user_id, consent_id, published_us"
        tx.execute(f"INSERT OR IGNORE INTO inbox ({columns}) VALUES (?, ?, ?, ?, ?)", row)  # noqa: S608 - our own names


def refused(status, reason):
    """Log and return a refusal."""
    print(f"webhook_refused {status} {reason}", flush=True)
    return Response(status_code=status, headers={"Connection": "close"})


@app.post("/connect")
def connect(customer: Customer, request: Request):
    """Create an auth session for a customer."""
    until = time.monotonic() + REQUEST_S
    end_user_id = end_user_of(customer.customer, until)
    session_id, auth_url, expires_at = api.create_session(end_user_id, f"{request.base_url}returned", until)
    if urlsplit(auth_url)[:2] != urlsplit(os.environ["FISKIL_AUTH_URL"])[:2]:
        raise Failure("a consent page at an unexpected address")
    with database.changing() as tx:
        attempt = "INSERT INTO attempts (session_id, end_user_id, status, expires_at) VALUES (?, ?, 'pending', ?)"
        tx.execute(attempt, (session_id, end_user_id, expires_at))
    print(f"journey_started {session_id!a} {end_user_id}", flush=True)
    return {"auth_url": auth_url}


def end_user_of(ref, until):
    """Return the customer's end user. After a creation with an unknown outcome, search before creating again."""
    email = re.sub(r"[^A-Za-z0-9._+-]", "-", ref) + "@customers.example"
    with turn(until):
        with database.changing() as tx:
            customer = tx.execute("SELECT end_user_id FROM customers WHERE ref = ?", (ref,)).fetchone()
            tx.execute("INSERT OR IGNORE INTO customers (ref) VALUES (?)", (ref,))
        if customer and customer["end_user_id"]:
            return customer["end_user_id"]
        candidates = api.end_user_ids(email, until) if customer else []
        with database.changing() as tx:
            lost = [each for each in candidates if not store.is_known(tx, each)]
        end_user_id = lost[0] if lost else api.create_end_user(email, until)
        with database.changing() as tx:
            tx.execute("UPDATE customers SET end_user_id = ? WHERE ref = ?", (end_user_id, ref))
        return end_user_id


@app.get("/returned", response_class=HTMLResponse)
def returned(session_id: str = "", error_type: str = "", error: str = "", error_id: str = ""):
    """Set the status of the attempt that the browser returns from, and nothing else."""
    problem = error_type or error
    status = "returned" if not problem else "cancelled" if problem in CANCELLED else "failed"
    with database.changing() as tx:
        tx.execute("UPDATE attempts SET status = ? WHERE session_id = ? AND status = 'pending'", (status, session_id))
    print(f"journey_{status} {session_id!a} {problem!a} {error_id!a}", flush=True)
    return f"<!doctype html><html lang=en><title>Budget</title><p>{html.escape(TEXTS[status])}</p>"


@app.post("/customers/{ref}/refresh")
def refresh_customer(ref: str):
    """Read everything again."""
    refresh(end_user_id_of(ref), time.monotonic() + REQUEST_S)
    return {"status": "done"}


@app.post("/customers/{ref}/disconnect")
def disconnect(ref: str):
    """End every consent: at Fiskil first, or sharing would continue."""
    end_user_id, until = end_user_id_of(ref), time.monotonic() + REQUEST_S
    listed = api.consents(end_user_id, until)
    with database.changing() as tx:
        ids = {consent_id for consent_id, readable in listed.items() if readable} | store.active_ids(tx, end_user_id)
    for consent_id in sorted(ids):
        api.revoke(consent_id, until)
        with database.changing() as tx:
            store.apply_listing(tx, end_user_id, {consent_id: set()})
        print(f"consent_revoked by the customer {end_user_id} {consent_id}", flush=True)
    return {"status": "done"}


@app.get("/_harness/effects")
def effects(end_user_id: str = ""):
    """Return counts, pending messages and the state of one end user to the harness."""
    with database.changing() as tx:
        select = "SELECT message_id, status FROM inbox WHERE end_user_id = ? OR ? = ''"
        messages = tx.execute(select, (end_user_id, end_user_id)).fetchall()
        state = store.state_of(tx, end_user_id)
    return {
        "applied": {message["message_id"]: 1 for message in messages if message["status"] == "done"},
        "pending": sum(message["status"] == "pending" for message in messages),
        "state": state,
    }


class Unknown(Exception):
    """A customer without a connection."""


def end_user_id_of(ref):
    """Return the id of a customer's end user."""
    with database.changing() as tx:
        customer = tx.execute("SELECT end_user_id FROM customers WHERE ref = ?", (ref,)).fetchone()
    if not customer or not customer["end_user_id"]:
        raise Unknown
    return customer["end_user_id"]


@app.exception_handler(Unknown)
def unknown(_request, _error):
    """Return 404 for an unknown customer."""
    return JSONResponse({"message": "There is nothing connected."}, status_code=404)


@app.exception_handler(Failure)
def explain(request, failure):
    """Log what went wrong, and return what to do next."""
    print(f"request_failed {request.scope['route'].path} {failure.reason}", flush=True)
    message = "The bank connection is not working right now. Please try again in a few minutes."
    return JSONResponse({"message": message}, status_code=503)
