"""Normalises message ids before it compares them, so two different ids can become equal.

Compare ids exactly: two ids that differ in one byte are two messages. This app strips blanks and leading zeros and
converts to lower case.
"""

import base64
import hashlib
import hmac
import os
import sqlite3

from flask import Flask, request

KEY = base64.b64decode(os.environ["FISKIL_WEBHOOK_SECRET"])
ALLOWED = os.environ["FISKIL_WEBHOOK_ALLOWED_IPS"].split(",")
if not KEY:
    raise SystemExit("FISKIL_WEBHOOK_SECRET is empty.")

app = Flask(__name__)


def database():
    """Open a connection for one request."""
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
    signature = request.headers.get("X-Fiskil-Signature", "")
    if not hmac.compare_digest(expected, signature.encode("latin-1", "replace")):
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
    select = "SELECT message_id, event FROM applied WHERE end_user_id = ? ORDER BY message_id"
    rows = database().execute(select, (request.args.get("end_user_id", ""),)).fetchall()
    return {
        "applied": dict.fromkeys((row[0] for row in rows), 1),
        "pending": 0,
        "state": {"events": [row[1] for row in rows]},
    }


app.run(port=int(os.environ["PORT"]), threaded=True)
