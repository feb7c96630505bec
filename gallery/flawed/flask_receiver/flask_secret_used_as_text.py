"""Uses the secret's text as the key and hex as the encoding, so it refuses every delivery from Fiskil.

Decode the secret from base64, and compare with the base64 of the digest.
"""

import hashlib
import hmac
import os
import sqlite3

from flask import Flask, request

SECRET = os.environ["FISKIL_WEBHOOK_SECRET"]
DATABASE = os.environ["DATABASE"]
ALLOWED = os.environ["FISKIL_WEBHOOK_ALLOWED_IPS"].split(",")

app = Flask(__name__)


def database():
    """Open a connection for one request."""
    connection = sqlite3.connect(DATABASE, timeout=5)
    connection.execute("CREATE TABLE IF NOT EXISTS applied (message_id TEXT PRIMARY KEY, event TEXT, end_user_id TEXT)")
    return connection


@app.get("/healthz")
def healthz():
    return {"status": "ok"}


@app.post("/webhooks/fiskil")
def receive():
    if request.remote_addr not in ALLOWED:
        return "", 403
    expected = hmac.new(SECRET.encode(), request.get_data(), hashlib.sha256).hexdigest()
    signature = request.headers.get("X-Fiskil-Signature", "")
    if not hmac.compare_digest(expected.encode(), signature.encode("latin-1", "replace")):
        return "", 401
    message = request.get_json(force=True)
    with database() as tx:
        fact = message["data"]
        tx.execute(
            "INSERT OR IGNORE INTO applied VALUES (?, ?, ?)", (message["message_id"], fact["event"], fact["end_user_id"])
        )
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
