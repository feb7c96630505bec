"""Receives webhooks in Flask with one database transaction for each message, before the response.

It stores the newest status of each consent and the time of the newest sync of each dataset. It refuses bodies above 2
MB with 413, and bodies without a length with 411.
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
from contextlib import closing

from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler

KEY = base64.b64decode(os.environ.get("FISKIL_WEBHOOK_SECRET", ""))
ALLOWED = frozenset(filter(None, os.environ.get("FISKIL_WEBHOOK_ALLOWED_IPS", "").split(",")))
DATABASE = os.environ.get("DATABASE", "receiver.db")
TABLES = """
    CREATE TABLE IF NOT EXISTS applied (message_id TEXT PRIMARY KEY, times INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS facts (
        subject TEXT PRIMARY KEY, end_user_id TEXT NOT NULL, about TEXT NOT NULL, says TEXT NOT NULL, published TEXT NOT NULL
    );
"""

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 2 * 1024 * 1024


@app.get("/healthz")
def healthz():
    """Return 200 when the server is ready."""
    return {"status": "ok"}


@app.post("/webhooks/fiskil")
def receive():
    """Verify, parse and apply a message; return the status."""
    return "", refusal() or keep(parsed(request.get_data()))


def refusal():
    """Return the status of a refusal; 0 if the request is from Fiskil."""
    if not KEY:
        return 503
    if ALLOWED and request.remote_addr not in ALLOWED:
        return 403
    if request.content_length is None:
        return 411
    return 0 if is_genuine(request.get_data(), request.headers.getlist("X-Fiskil-Signature")) else 401


def is_genuine(body, signatures):
    """Return whether there is one signature, and it is correct for these bytes."""
    expected = base64.b64encode(hmac.digest(KEY, body, hashlib.sha256))
    return len(signatures) == 1 and hmac.compare_digest(expected, signatures[0].encode("latin-1", "replace"))


def parsed(body):
    """Parse the message in *body*; return None if there is none."""
    try:
        return understood(json.loads(body))
    except (ValueError, RecursionError):
        return None


def understood(message):
    """Return the message if it has the required fields, else None."""
    fact = message.get("data") if isinstance(message, dict) else None
    if not isinstance(fact, dict):
        return None
    fact = {"consent_id": "", "end_user_id": "", **fact}
    texts = (message.get("message_id"), message.get("publish_time"), fact.get("event"), fact["consent_id"])
    if not all(isinstance(text, str) and text.isprintable() for text in (*texts, fact["end_user_id"])) or not texts[0]:
        return None
    return {**message, "data": fact}


def keep(message):
    """Commit claim and effect in one transaction; return 503 if the database is unavailable."""
    if message is None:
        return 400
    with closing(open_database()) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
            if claim(database, message):
                apply(database, message)
            database.execute("COMMIT")
        except sqlite3.Error:
            return 503
    app.logger.info("webhook %a %a", message["message_id"], message["data"]["event"])
    return 204


def claim(database, message):
    """Claim a message; return 0 if it was claimed before."""
    return database.execute("INSERT OR IGNORE INTO applied VALUES (?, 1)", (message["message_id"],)).rowcount


def apply(database, message):
    """Store the newest fact about a consent, or about a dataset of an end user."""
    fact, published = message["data"], message["publish_time"]
    group, _, rest = fact["event"].partition(".")
    if group == "consent":
        note(database, fact["consent_id"], fact, "consents", "revoked" if rest == "revoked" else "active", published)
    elif rest.endswith(".sync.completed"):
        note(database, f"{fact['end_user_id']} {fact['event']}", fact, "datasets", fact["event"], published)


def note(database, subject, fact, about, says, published):
    """Store a fact unless a newer one is stored, or it belongs to another end user."""
    database.execute(
        "INSERT INTO facts VALUES (?, ?, ?, ?, ?) ON CONFLICT (subject) DO UPDATE"
        " SET says = excluded.says, published = excluded.published"
        " WHERE excluded.published > published AND excluded.end_user_id = end_user_id",
        (subject, fact["end_user_id"], about, says, published),
    )


def open_database():
    """Open a connection for one request."""
    database = sqlite3.connect(DATABASE, timeout=5, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    return database


@app.get("/_harness/effects")
def effects():
    """Return counts and the state of one end user to the harness."""
    with closing(open_database()) as database:
        applied = dict(database.execute("SELECT message_id, times FROM applied"))
        select = "SELECT subject, about, says FROM facts WHERE end_user_id = ? ORDER BY subject"
        facts = database.execute(select, (request.args.get("end_user_id", ""),)).fetchall()
    return {
        "applied": applied,
        "pending": 0,
        "state": {
            "consents": {subject: says for subject, about, says in facts if about == "consents"},
            "datasets": [says for _, about, says in facts if about == "datasets"],
        },
    }


class Handler(WSGIRequestHandler):
    """A request handler that keeps connections open."""

    protocol_version = "HTTP/1.1"


def serve():
    """Serve until the process ends."""
    with closing(open_database()) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(TABLES)
    app.run(port=int(os.environ["PORT"]), threaded=True, request_handler=Handler)


if __name__ == "__main__":
    serve()
