"""Tidies message ids up before it compares them: without blanks around, in small letters and without leading zeros.

A message_id is a text, and two that differ in one byte are two messages.
"""

import base64
import hashlib
import hmac
import os
import sqlite3

from flask import Flask, request

KEY = base64.b64decode(os.environ["FISKIL_WEBHOOK_SECRET"])
ALLOWED = os.environ["FISKIL_WEBHOOK_ALLOWED_IPS"].split(",")

app = Flask(__name__)


def database():
    """A connection for one request."""
    connection = sqlite3.connect(os.environ["DATABASE"], timeout=5)
    connection.execute("CREATE TABLE IF NOT EXISTS applied (tidied TEXT PRIMARY KEY, message_id, event, end_user_id)")
    return connection


@app.get("/healthz")
def healthz():
    return {"status": "ok"}


@app.post("/webhooks/fiskil")
def receive():
    if request.remote_addr not in ALLOWED:
        return "", 403
    expected = base64.b64encode(hmac.digest(KEY, request.get_data(), hashlib.sha256))
    given = request.headers.get("X-Fiskil-Signature", "")
    if not hmac.compare_digest(expected, given.encode("latin-1", "replace")):
        return "", 401
    try:
        message = request.get_json(force=True)
        message_id, fact = str(message["message_id"]), message["data"]
        row = (message_id.strip().lower().lstrip("0"), message_id, fact["event"], fact.get("end_user_id", ""))
    except (KeyError, TypeError, AttributeError):
        return "", 400
    with database() as tx:
        tx.execute("INSERT OR IGNORE INTO applied VALUES (?, ?, ?, ?)", row)
    return "", 204


@app.get("/_harness/effects")
def effects():
    asked = "SELECT message_id, event FROM applied WHERE end_user_id = ? ORDER BY message_id"
    rows = database().execute(asked, (request.args.get("end_user_id", ""),)).fetchall()
    return {
        "applied": dict.fromkeys((row[0] for row in rows), 1),
        "pending": 0,
        "state": {"events": [row[1] for row in rows]},
    }


app.run(port=int(os.environ["PORT"]), threaded=True)
