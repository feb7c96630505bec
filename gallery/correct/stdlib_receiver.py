"""Receives webhooks with Python's standard library alone: http.server and sqlite3.

It makes no API calls and stores the newest status of each consent. That is little work, so it is done before the
response: the claim on a message and its effect are one transaction, on disk when the response is sent.
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = base64.b64decode(os.environ.get("FISKIL_WEBHOOK_SECRET", ""))
ALLOWED = frozenset(filter(None, os.environ.get("FISKIL_WEBHOOK_ALLOWED_IPS", "").split(",")))
LARGEST_BODY = 1024 * 1024
TABLES = """
    CREATE TABLE IF NOT EXISTS applied (message_id TEXT PRIMARY KEY, times INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS consents (
        consent_id TEXT PRIMARY KEY, end_user_id TEXT NOT NULL, status TEXT NOT NULL, published TEXT NOT NULL
    );
"""


def open_database():
    """Open a connection for one request; threads share none."""
    database = sqlite3.connect(os.environ.get("DATABASE", "receiver.db"), timeout=5, isolation_level=None)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA synchronous = FULL")
    return database


def is_genuine(body, signatures):
    """Return whether there is one signature, and it is correct for these bytes."""
    expected = base64.b64encode(hmac.digest(KEY, body, hashlib.sha256))
    return len(signatures) == 1 and hmac.compare_digest(expected, signatures[0].encode("latin-1", "replace"))


def claim(database, message):
    """Claim a message; return 0 if it was claimed before."""
    return database.execute(
        "INSERT INTO applied VALUES (?, 1) ON CONFLICT (message_id) DO NOTHING", (message["message_id"],)
    ).rowcount


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


def effects(database, end_user_id):
    """Return counts and the state of one end user to the harness."""
    applied = database.execute("SELECT message_id, times FROM applied").fetchall()
    consents = database.execute("SELECT consent_id, status FROM consents WHERE end_user_id = ?", (end_user_id,)).fetchall()
    return {
        "applied": {row["message_id"]: row["times"] for row in applied},
        "pending": 0,
        "state": {"consents": {row["consent_id"]: row["status"] for row in consents}},
    }


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    wbufsize = -1  # a response is sent in one piece

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/_harness/effects":
            database = open_database()
            self.respond(200, effects(database, parse_qs(url.query).get("end_user_id", [""])[0]))
            database.close()
        else:
            self.respond(200 if url.path == "/healthz" else 404)

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return self.respond(413 if length.isdecimal() else 411)
        body = self.rfile.read(int(length))
        return self.respond(self.receive(body))

    def receive(self, body):
        """Verify, parse, claim and apply a message; return the status."""
        if urlsplit(self.path).path != "/webhooks/fiskil":
            return 404
        if not KEY:
            return 503
        if ALLOWED and self.client_address[0] not in ALLOWED:
            return 403
        if not is_genuine(body, self.headers.get_all("X-Fiskil-Signature") or []):
            return 401
        try:
            message = understood(json.loads(body))
        except (ValueError, KeyError, TypeError, RecursionError):
            return 400
        return self.keep(message)

    def keep(self, message):
        database = open_database()
        try:
            database.execute("BEGIN IMMEDIATE")
            if claim(database, message):
                apply(database, message)
            database.execute("COMMIT")
        except sqlite3.Error:
            return 503
        finally:
            database.close()
        fact = message["data"]
        ids = " ".join(f"{name}={fact.get(name)!a}" for name in ("event", "end_user_id", "consent_id"))
        print(f"webhook message_id={message['message_id']!a} {ids}", flush=True)
        return 204

    def respond(self, status, value=None):
        text = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words):
        """Log nothing: a request is logged after it has been parsed."""


def understood(message):
    """Return the message if it has the required fields."""
    fact = {"consent_id": "", "end_user_id": "", **message["data"]}
    texts = (message["message_id"], message["publish_time"], fact["event"], fact["consent_id"], fact["end_user_id"])
    if not all(isinstance(text, str) and text.isprintable() for text in texts) or not message["message_id"]:
        raise ValueError
    return {**message, "data": fact}


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def prepare():
    """Create the tables before another thread opens the database."""
    database = open_database()
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(TABLES)
    database.close()


def serve():
    """Serve until the process ends."""
    prepare()
    Server(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()


if __name__ == "__main__":
    serve()
