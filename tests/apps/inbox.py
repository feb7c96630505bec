"""A correct receiver with a durable inbox and a worker, on the standard library. ``FLAW`` adds one bug.

The newest fact about a consent wins. Rows of a dataset are read from the API after its event. ``REPORTED_FIELDS`` limits
the fields of the effects hook, ``STATUS`` is the status of an acknowledgement, ``LOSER`` that of a second delivery in
flight. With ``STRICT`` it does not start without its secret, and with ``ACTIVE`` its state has no consent that has ended.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

FLAW = os.environ.get("FLAW", "")
SECRET = os.environ["FISKIL_WEBHOOK_SECRET"]
KEY = SECRET.encode() if FLAW in {"raw_key", "raw_key_hex"} else base64.b64decode(SECRET)
ALLOWED = [address for address in os.environ.get("ALLOWED", "").split(",") if address]
REPORTED = os.environ.get("REPORTED_FIELDS", "applied,state,pending,failed").split(",")
STATUS = int(os.environ.get("STATUS", "204"))
LOSER = int(os.environ.get("LOSER", "0"))
API = os.environ.get("FISKIL_BASE_URL", "")
WORK_S = float(os.environ.get("WORK_S", "0"))
STORE = Path(os.environ["STORE"])
LOCK = threading.RLock()
WAKE = threading.Event()
ARMED: set[str] = set()
FAILED: list[str] = []
SEEN: set[str] = set()
RECENT: list[str] = []
QUEUE: list[dict[str, Any]] = []
BUSY: set[str] = set()
DATABASE = sqlite3.connect(STORE, check_same_thread=False, isolation_level=None)
DATABASE.executescript(
    """
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS inbox (key TEXT, message TEXT, is_done INTEGER DEFAULT 0);
    CREATE TABLE IF NOT EXISTS applied (message_id TEXT, end_user_id TEXT);
    CREATE TABLE IF NOT EXISTS consents (consent_id TEXT PRIMARY KEY, end_user_id TEXT, event TEXT, at TEXT);
    CREATE TABLE IF NOT EXISTS rows (fiskil_id TEXT, end_user_id TEXT, dataset TEXT, row TEXT, PRIMARY KEY (fiskil_id));
    """
)
if FLAW not in {"no_dedupe", "checks_then_inserts", "remembers_in_memory", "remembers_a_few"}:
    DATABASE.execute("CREATE UNIQUE INDEX IF NOT EXISTS once ON inbox (key)")


class Tripped(Exception):
    """The failure that was ordered."""


def trip(point: str) -> None:
    """Fail once at the ordered point."""
    if point in ARMED:
        ARMED.discard(point)
        FAILED.append(point)
        raise Tripped(point)


def is_genuine(body: bytes, values: list[str]) -> bool:
    """Return true if there is one signature and it is right."""
    if FLAW == "believes_all" or (FLAW == "missing_header_passes" and not values):
        return True
    if len(values) != 1:
        return False
    if FLAW == "strips_spaces":
        body = body.replace(b" ", b"").replace(b"\n", b"")
    elif FLAW == "lossy_text":
        body = body.decode("utf-8", "replace").encode()
    elif FLAW == "reserialises":
        body = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
    digests = [hmac.digest(KEY, body, hashlib.sha256)]
    if FLAW == "fallback_key":
        digests.append(hmac.digest(b"changeme", body, hashlib.sha256))
    forms = [digest.hex() if FLAW in {"hex", "raw_key_hex"} else base64.b64encode(digest).decode() for digest in digests]
    signature = values[0]
    if FLAW == "compares_prefix":
        return bool(signature) and forms[0].startswith(signature)
    if FLAW == "throws":
        return any(hmac.compare_digest(form, signature) for form in forms)
    return any(hmac.compare_digest(form.encode(), signature.encode("latin-1", "replace")) for form in forms)


class Receiver(BaseHTTPRequestHandler):
    """Handles webhooks, health, effects and ordered failures."""

    protocol_version = "HTTP/1.0" if FLAW == "serial" else "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Do nothing."""

    def answer(self, status: int, value: Any = None) -> None:
        """Send status and JSON."""
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """Return health and effects."""
        url = urlsplit(self.path)
        if url.path == "/effects":
            self.answer(200, effects(parse_qs(url.query).get("end_user_id", [""])[0]))
        else:
            self.answer(200 if url.path == "/healthz" else 404, {})

    def do_POST(self) -> None:
        """Receive webhooks and orders to fail."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if url.path == "/fail":
            ARMED.add(parse_qs(url.query)["at"][0])
            self.answer(200, {})
        elif url.path == "/webhooks/fiskil":
            try:
                self.answer(*self.receive(body))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError, sqlite3.Error, Tripped):
                self.answer(500 if FLAW in {"throws", "works_inline"} else 503)
        else:
            self.answer(404)

    def receive(self, body: bytes) -> tuple[int, Any]:
        """Refuse unknown senders and forgeries, then accept the message."""
        if not self.is_allowed():
            return 403, None
        if FLAW == "verifies_late":
            keep(parse(body))
        values = self.headers.get_all("X-Fiskil-Signature") or []
        if not KEY and FLAW != "fails_open":
            return 503, None
        if not is_genuine(body, values):
            return refuse(body, values)
        try:
            message = parse(body)
        except (ValueError, KeyError, TypeError, RecursionError):
            return 400, None
        is_unknown = FLAW == "refuses_unknown" and message["event"] not in KNOWN
        is_old = FLAW == "refuses_old" and message["at"] < (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
        return (400, None) if is_unknown or is_old else acknowledge(message)

    def is_allowed(self) -> bool:
        """Return true if the connection comes from an allowed address."""
        address = self.client_address[0]
        if FLAW == "trusts_forwarded":
            address = self.headers.get("X-Forwarded-For", address)
        return not ALLOWED or address in ALLOWED or FLAW == "trusts_everybody"


def refuse(body: bytes, values: list[str]) -> tuple[int, Any]:
    """Return the response to a forgery."""
    if FLAW == "dies_of_junk" and values == [""]:
        os._exit(3)
    if FLAW == "hangs_on_junk" and values == [""]:
        time.sleep(60)
    if FLAW == "tells_signature":
        return 401, {"expected": base64.b64encode(hmac.digest(KEY, body, hashlib.sha256)).decode()}
    return (STATUS, None) if FLAW == "acknowledges_all" else (401, None)


KNOWN = {"consent.received", "consent.updated", "consent.revoked"} | {
    f"banking.{dataset}.sync.completed" for dataset in ("accounts", "balances", "transactions")
}


def parse(body: bytes) -> dict[str, Any]:
    """Return the fields of the envelope, or raise one of several exceptions."""
    envelope = json.loads(body.decode("utf-8", "replace") if FLAW == "lossy_text" else body)
    data = envelope["data"]
    message = {
        "message_id": envelope["message_id"],
        "at": envelope["publish_time"].replace("Z", "+00:00"),
        "event": data.get("event", ""),
        "consent_id": data.get("consent_id", ""),
        "end_user_id": data.get("end_user_id", ""),
        "body_hash": hashlib.sha256(body).hexdigest(),
    }
    if not all(isinstance(value, str) for value in message.values()):
        raise TypeError
    return message


def key_of(message: dict[str, Any]) -> str:
    """Return what identifies deliveries of the same message."""
    if FLAW == "dedupes_bytes":
        return str(message["body_hash"])
    if FLAW == "dedupes_numbers":
        return str(int(float(message["message_id"])))
    if FLAW == "dedupes_facts":
        return f"{message['event']} {message['consent_id']} {message['at']}"
    return str(message["message_id"])


def acknowledge(message: dict[str, Any]) -> tuple[int, Any]:
    """Store the message and acknowledge it; it is processed later."""
    key = key_of(message)
    if LOSER and key in BUSY:
        return LOSER, None
    BUSY.add(key)
    try:
        if FLAW == "acks_then_loses":
            with contextlib.suppress(Tripped, sqlite3.Error):
                keep(message)
            return STATUS, None
        keep(message)
    finally:
        BUSY.discard(key)
    return STATUS, None


def keep(message: dict[str, Any]) -> None:
    """Insert the message into the inbox; its key decides whether it is new."""
    trip("database")
    key = key_of(message)
    if FLAW == "memory_queue":
        with LOCK:
            if key not in SEEN:
                SEEN.add(key)
                QUEUE.append(message)
        return
    if FLAW == "checks_then_inserts":
        if DATABASE.execute("SELECT 1 FROM inbox WHERE key = ?", (key,)).fetchone():
            return
        time.sleep(0.1)
    if FLAW in {"remembers_in_memory", "remembers_a_few"}:
        if key in SEEN:
            return
        SEEN.add(key)
        RECENT.append(key)
        if FLAW == "remembers_a_few" and len(RECENT) > 256:
            SEEN.discard(RECENT.pop(0))
    with LOCK:
        is_done = int(FLAW == "works_inline")
        values = (key, json.dumps(message), is_done)
        is_new = DATABASE.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?, ?)", values).rowcount
        if is_new and FLAW == "works_inline":
            try:
                work(message)
            except BaseException:
                DATABASE.execute("DELETE FROM inbox WHERE key = ?", (key,))
                raise
    WAKE.set()


def work_forever() -> None:
    """Process one message after another, and retry failed ones."""
    while True:
        WAKE.wait(0.05)
        WAKE.clear()
        if QUEUE:
            time.sleep(0.3)
            with contextlib.suppress(Tripped, OSError, sqlite3.Error):
                work(QUEUE[0])
                QUEUE.pop(0)
        for number, text in DATABASE.execute("SELECT rowid, message FROM inbox WHERE is_done = 0 ORDER BY rowid").fetchall():
            try:
                if FLAW == "marks_first":
                    DATABASE.execute("UPDATE inbox SET is_done = 1 WHERE rowid = ?", (number,))
                work(json.loads(text), number)
            except (Tripped, OSError, sqlite3.Error):
                WAKE.set()
                time.sleep(0.02)


def work(message: dict[str, Any], number: int = 0) -> None:
    """Read rows, then apply everything in one transaction."""
    time.sleep(WORK_S)
    trip("before")
    dataset = message["event"].removeprefix("banking.").removesuffix(".sync.completed")
    rows = read(dataset, message["end_user_id"]) if API and message["event"] in KNOWN and "sync" in message["event"] else []
    with LOCK:
        DATABASE.execute("BEGIN IMMEDIATE")
        try:
            DATABASE.execute("UPDATE inbox SET is_done = 1 WHERE rowid = ?", (number,))
            for row in rows:
                values = (row["fiskil_id"], message["end_user_id"], dataset, json.dumps(row))
                DATABASE.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", values)
            if message["event"].startswith("consent."):
                apply_consent(message)
            trip("midway")
            DATABASE.execute("INSERT INTO applied VALUES (?, ?)", (message["message_id"], message["end_user_id"]))
            DATABASE.execute("COMMIT")
        except BaseException:
            DATABASE.execute("ROLLBACK")
            raise
    trip("after")


def apply_consent(message: dict[str, Any]) -> None:
    """Apply the newest fact about a consent; a fact with another end user changes nothing."""
    if FLAW == "moves_anybody":
        DATABASE.execute("UPDATE consents SET event = ? WHERE at <= ?", (message["event"], message["at"]))
    current = DATABASE.execute(
        "SELECT end_user_id, at FROM consents WHERE consent_id = ?", (message["consent_id"],)
    ).fetchone()
    if current and FLAW != "ignores_owner" and current[0] != message["end_user_id"]:
        return
    if current and FLAW != "last_wins" and current[1] >= message["at"]:
        return
    owner = current[0] if current else message["end_user_id"]
    values = (message["consent_id"], owner, message["event"], message["at"])
    DATABASE.execute("INSERT OR REPLACE INTO consents VALUES (?, ?, ?, ?)", values)


def read(dataset: str, end_user_id: str) -> list[dict[str, Any]]:
    """Read every row of a dataset."""
    if not TOKEN:
        pair = {"client_id": os.environ["FISKIL_CLIENT_ID"], "client_secret": os.environ["FISKIL_CLIENT_SECRET"]}
        request = urllib.request.Request(f"{API}/v1/token", json.dumps(pair).encode(), {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
            TOKEN.append(json.load(response)["token"])
    headers = {"Authorization": f"Bearer {TOKEN[0]}"}
    url = f"{API}/v1/banking/{dataset}?end_user_id={end_user_id}&page[size]=1000"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=2) as response:  # noqa: S310
        rows: list[dict[str, Any]] = json.load(response)[dataset]
        return rows


TOKEN: list[str] = []


def effects(end_user_id: str) -> dict[str, Any]:
    """Return the effects for one end user, and for all in ``applied``."""
    with LOCK:
        consents = DATABASE.execute(
            "SELECT consent_id, event, at FROM consents WHERE end_user_id = ?", (end_user_id,)
        ).fetchall()
        rows = DATABASE.execute("SELECT dataset, row FROM rows WHERE end_user_id = ?", (end_user_id,)).fetchall()
        applied = DATABASE.execute("SELECT message_id, count(*) FROM applied GROUP BY message_id").fetchall()
        pending = DATABASE.execute("SELECT count(*) FROM inbox WHERE is_done = 0").fetchone()[0]
    is_over = any(event == "consent.revoked" for _, event, _ in consents)
    if os.environ.get("ACTIVE"):
        consents = [row for row in consents if row[1] != "consent.revoked"]
    report = {
        "applied": dict(applied),
        "pending": pending + len(QUEUE),
        "failed": len(FAILED),
        "state": {
            "consents": {consent_id: {"event": event, "at": at} for consent_id, event, at in consents},
            "rows": [] if is_over else [{"dataset": dataset, **json.loads(row)} for dataset, row in rows],
        },
    }
    return {name: report[name] for name in REPORTED}


class Server(ThreadingHTTPServer):
    """A server with a backlog that is large enough for a burst."""

    request_queue_size = 256
    daemon_threads = True


class Serial(HTTPServer):
    """A server for one client at a time."""

    request_queue_size = 256


if __name__ == "__main__":
    if not SECRET and os.environ.get("STRICT"):
        sys.exit("FISKIL_WEBHOOK_SECRET is not set")
    threading.Thread(target=work_forever, daemon=True).start()
    (Serial if FLAW == "serial" else Server)(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
