"""The routes for browsers, programs and Fiskil; each request has its own thread and eight seconds."""

import html
import os
import re
import sqlite3
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask, request

from correct.flask_client import store
from correct.flask_client.fiskil import Failure, Fiskil
from correct.flask_client.store import Store
from correct.flask_client.worker import Worker
from correct.flask_receiver import Handler, parsed, refusal

REQUEST_S = 8.0
CANCELLED = {"AUTH_SESSION_CANCELLED", "CONSENT_ENDUSER_DENIED"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 2 * 1024 * 1024
database = Store(os.environ["DATABASE"])
api = Fiskil(
    origin=os.environ["FISKIL_BASE_URL"],
    client_id=os.environ["FISKIL_CLIENT_ID"],
    client_secret=os.environ["FISKIL_CLIENT_SECRET"],
    ca_file=os.environ.get("SSL_CERT_FILE", ""),
)
worker = Worker(database, api)


@app.get("/healthz")
def healthz():
    """Return 200 when the server is ready."""
    return {"status": "ok"}


@app.post("/webhooks/fiskil")
def receive():
    """Verify, store and acknowledge; the work follows later."""
    status = refusal()
    if status:
        return "", status
    message = parsed(request.get_data())
    published_us = microseconds(message["publish_time"]) if message else None
    if published_us is None:
        return "", 400
    event = message["data"]
    values = (message["message_id"], event["event"], event["end_user_id"], event["consent_id"], published_us)
    try:
        with database.changing() as tx:
            columns = "message_id, event, end_user_id, consent_id, published_us"
            tx.execute(f"INSERT OR IGNORE INTO inbox ({columns}) VALUES (?, ?, ?, ?, ?)", values)  # noqa: S608 - our own names
    except sqlite3.Error:
        return "", 503
    print(f"webhook_received {values[0]!a} {values[1]!a}", flush=True)
    worker.wake()
    return "", 204


def microseconds(text):
    """Return microseconds since 1970; None if *text* is not a time."""
    try:
        instant = datetime.fromisoformat(text)
        elapsed = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - EPOCH
    except (ValueError, OverflowError):
        return None
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


@app.post("/connect")
def connect():
    """Create an auth session for a customer."""
    payload = request.get_json(silent=True)
    ref = payload.get("customer") if isinstance(payload, dict) else None
    if not isinstance(ref, str) or not ref:
        return {"message": "Please tell us which customer this is about."}, 400
    until = time.monotonic() + REQUEST_S
    end_user_id = end_user_of(ref, until)
    address = f"{request.host_url}returned"
    session_id, auth_url, expires_at = api.create_session(end_user_id, address, until)
    if urlsplit(auth_url)[:2] != urlsplit(os.environ["FISKIL_AUTH_URL"])[:2]:
        raise Failure("a consent page at an unexpected address")
    with database.changing() as tx:
        attempt = "INSERT INTO attempts (session_id, end_user_id, status, expires_at) VALUES (?, ?, 'pending', ?)"
        tx.execute(attempt, (session_id, end_user_id, expires_at))
    print(f"journey_started {session_id} {end_user_id}", flush=True)
    return {"session_id": session_id, "auth_url": auth_url}


def end_user_of(ref, until):
    """Return the customer's end user. After an attempt with an unknown outcome, search before creating again."""
    email = re.sub(r"[^A-Za-z0-9._+-]", "-", ref) + "@customers.example"
    with worker.turn(ref, until):
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


@app.get("/returned")
def returned():
    """Set the status of the attempt that the browser returns from, and nothing else."""
    error = request.args.get("error_type") or request.args.get("error") or ""
    status = "returned" if not error else "cancelled" if error in CANCELLED else "failed"
    session_id = request.args.get("session_id", "")
    with database.changing() as tx:
        update = "UPDATE attempts SET status = ? WHERE session_id = ? AND status = 'pending'"
        tx.execute(update, (status, session_id))
    print(f"journey_{status} {session_id!a} {error!a} {request.args.get('error_id', '')!a}", flush=True)
    texts = {
        "returned": "Thank you. Your data is on its way.",
        "cancelled": "You stopped before sharing anything. Whenever you are ready, you can start again.",
        "failed": "Your bank was not connected, and nothing was shared. Please try again in a few minutes.",
    }
    return f"<!doctype html><title>Budget</title><p>{html.escape(texts[status])}</p>"


@app.post("/customers/<ref>/refresh")
def refresh(ref):
    """Read everything again."""
    worker.refresh(_end_user_id(ref), time.monotonic() + REQUEST_S)
    return {"status": "done"}


@app.post("/customers/<ref>/disconnect")
def disconnect(ref):
    """End every consent. Revoke at Fiskil first, or sharing would continue."""
    end_user_id, until = _end_user_id(ref), time.monotonic() + REQUEST_S
    listed = api.consents(end_user_id, until)
    with database.changing() as tx:
        consent_ids = {consent_id for consent_id, readable in listed.items() if readable} | store.active_ids(tx, end_user_id)
    for consent_id in sorted(consent_ids):
        api.revoke(consent_id, until)
        with database.changing() as tx:
            store.apply_listing(tx, end_user_id, {consent_id: set()})
    return {"status": "done"}


@app.get("/_harness/effects")
def effects():
    """Return counts, pending messages and the state of one end user to the harness."""
    end_user_id = request.args.get("end_user_id", "")
    with database.changing() as tx:
        select = "SELECT message_id, status FROM inbox WHERE end_user_id = ? OR ? = ''"
        messages = tx.execute(select, (end_user_id, end_user_id)).fetchall()
        state = store.state_of(tx, end_user_id)
    return {
        "applied": {message["message_id"]: 1 for message in messages if message["status"] == "done"},
        "pending": sum(message["status"] == "pending" for message in messages),
        "state": state,
    }


@app.errorhandler(Failure)
def explain(failure):
    """Log what went wrong, and return what to do next."""
    print(f"request_failed {request.endpoint} {failure.reason}", flush=True)
    return {"message": "The bank connection is not working right now. Please try again in a few minutes."}, 503


class Unknown(Exception):
    """A customer without a connection."""


@app.errorhandler(Unknown)
def unknown(_error):
    """Return 404 for an unknown customer."""
    return {"message": "There is nothing connected."}, 404


def _end_user_id(ref):
    with database.changing() as tx:
        customer = tx.execute("SELECT end_user_id FROM customers WHERE ref = ?", (ref,)).fetchone()
    if not customer or not customer["end_user_id"]:
        raise Unknown
    return customer["end_user_id"]


def serve():
    """Serve until the process ends."""
    worker.start()
    app.run(port=int(os.environ["PORT"]), threaded=True, request_handler=Handler)
