"""A correct receiver that stores everything in SQLite. ``FLAW`` adds one bug, ``VARIANT`` changes it and keeps it correct.

It counts effects per message id and keeps the newest event per consent. ``POST /fail?at=`` makes its next processing fail.
"""

import base64
import contextlib
import datetime
import hashlib
import hmac
import json
import os
import queue
import re
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = base64.b64decode(os.environ["FISKIL_WEBHOOK_SECRET"])
FLAW, VARIANT = os.environ.get("FLAW", ""), os.environ.get("VARIANT", "")
STORE = os.environ["STORE"]
LOCK = threading.Lock()
SEEN: set[str] = set()
BUSY: set[str] = set()
WAITING: queue.Queue[bytes] = queue.Queue()
QUERIED = threading.Event()
ORDERS: list[str] = []
POISONED: set[str] = set()
WEDGED: list[bool] = []
OPEN_REQUESTS: set[tuple[str, int]] = set()
IS_CALM = threading.Condition()
KNOWN = ("consent.", "banking.", "energy.", "common.")
TABLES = """
create table if not exists claim (key text primary key);
create table if not exists effect (message_id text, end_user_id text);
create table if not exists consent (consent_id text primary key, end_user_id text, told_at text, event text, count int);
create table if not exists inbox (number integer primary key, message_id text unique, body text, is_done int default 0);
"""


@contextlib.contextmanager
def database() -> Iterator[sqlite3.Connection]:
    """Open a connection, and close it at the end."""
    connection = sqlite3.connect(STORE, timeout=10, isolation_level=None)
    connection.execute("pragma synchronous = off")
    try:
        yield connection
    finally:
        connection.close()


class Ordered(Exception):
    """A failure that was ordered."""


def process(body: bytes) -> None:
    """Claim the message and apply its effect, in one transaction."""
    message = json.loads(body)
    key = hashlib.sha256(body).hexdigest() if FLAW == "body_hash" else message["message_id"]
    with database() as connection:
        if FLAW == "check_then_insert" and is_claimed(connection, key):
            return
        if FLAW == "forgets_on_restart":
            with LOCK:
                if key in SEEN:
                    return
                SEEN.add(key)
        connection.execute("begin immediate")
        is_new = connection.execute("insert or ignore into claim values (?)", (key,)).rowcount
        at = ORDERS.pop() if ORDERS and is_new else ""
        if at and FLAW == "claims_before_failing":
            connection.execute("commit")
        if at and at != "after":
            raise Ordered
        if is_new or FLAW in {"check_then_insert", "forgets_on_restart"}:
            apply_effect(connection, message)
        elif FLAW == "believes_repetitions":
            fact = message["data"]
            update = "update consent set told_at = ?, event = ? where consent_id = ?"
            connection.execute(update, (message["publish_time"], fact["event"], fact["consent_id"]))
        connection.execute("commit")
    if at:
        raise Ordered


def is_claimed(connection: sqlite3.Connection, key: str) -> bool:
    row = connection.execute("select 1 from claim where key = ?", (key,)).fetchone()
    time.sleep(0.02)
    return row is not None


def is_known(fact: dict[str, Any]) -> bool:
    """Return true if a message needs no earlier one, or if that one has arrived."""
    with database() as connection:
        row = connection.execute("select 1 from consent where consent_id = ?", (fact["consent_id"],)).fetchone()
    return row is not None or fact["event"] == "consent.received"


def apply_effect(connection: sqlite3.Connection, message: dict[str, Any]) -> None:
    fact = message["data"]
    consent_id, end_user_id, at = fact["consent_id"], fact["end_user_id"], message["publish_time"]
    connection.execute("insert into effect values (?, ?)", (message["message_id"], end_user_id))
    row = connection.execute("select end_user_id from consent where consent_id = ?", (consent_id,)).fetchone()
    if row and row[0] != end_user_id and FLAW != "believes_consent":
        return
    connection.execute("insert or ignore into consent values (?, ?, '', '', 0)", (consent_id, end_user_id))
    connection.execute("update consent set count = count + 1 where consent_id = ?", (consent_id,))
    newest = "" if FLAW == "older_wins" else " and told_at < ?"
    values = (at, fact["event"], consent_id) if FLAW == "older_wins" else (at, fact["event"], consent_id, at)
    connection.execute(f"update consent set told_at = ?, event = ? where consent_id = ?{newest}", values)  # noqa: S608


def process_inbox() -> None:
    """Process acknowledged messages from the database."""
    with database() as connection:
        while True:
            row = connection.execute("select number, body from inbox where is_done = 0 order by number").fetchone()
            time.sleep(0.02)
            if row is not None:
                try:
                    process(row[1].encode())
                except Ordered:
                    continue
                except (ValueError, TypeError, LookupError, RecursionError, sqlite3.Error):
                    pass
                connection.execute("update inbox set is_done = 1 where number = ?", (row[0],))


def process_memory() -> None:
    """Process acknowledged messages from memory after the effects were queried; a crash before that always loses them."""
    while True:
        body = WAITING.get()
        QUERIED.wait()
        try:
            process(body)
        except Ordered:
            WAITING.put(body)
        except (ValueError, TypeError, LookupError, RecursionError, sqlite3.Error):
            pass
        WAITING.task_done()


def update_unverified(body: bytes) -> None:
    """Store what a message states before its signature is verified."""
    with contextlib.suppress(Exception), database() as connection:
        fact = json.loads(body)["data"]
        connection.execute("update consent set event = ? where consent_id = ?", (fact["event"], fact["consent_id"]))


def apply_half(body: bytes) -> None:
    """Accept the incomplete and unsigned part of a message that has arrived."""
    match = re.search(rb'"message_id":"(\d+)"', body)
    if match is not None:
        with database() as connection:
            connection.execute("insert or ignore into claim values (?)", (match[1].decode(),))
            owners = "insert into effect select ?, end_user_id from consent"
            connection.execute(owners, (match[1].decode(),))


def note_response(client: tuple[str, int]) -> None:
    """Note that this client waits for no response any more."""
    with IS_CALM:
        OPEN_REQUESTS.discard(client)
        IS_CALM.notify_all()


def wait_for_halves() -> None:
    """Delay a query until the results of all earlier requests are visible, even on a slow machine."""
    with IS_CALM:
        IS_CALM.wait_for(lambda: not OPEN_REQUESTS, timeout=30)


def effects(end_user_id: str) -> dict[str, Any]:
    with database() as connection:
        consents = connection.execute(
            "select consent_id, told_at, event, count from consent where end_user_id = ?", (end_user_id,)
        )
        state = {row[0]: {"at": row[1], "event": row[2], "count": row[3]} for row in consents}
        if VARIANT == "state_only":
            return {"state": state}
        counts = "select message_id, count(*) from effect where end_user_id = ? group by message_id"
        applied = dict(connection.execute(counts, (end_user_id,)).fetchall())
        pending = connection.execute("select count(*) from inbox where is_done = 0").fetchone()[0]
    report = {"applied": applied, "state": state, "pending": pending + WAITING.unfinished_tasks}
    QUERIED.set()
    return report


class Receiver(BaseHTTPRequestHandler):
    """Handles webhooks, health and effects."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *args: object) -> None:
        """Do nothing."""

    def answer(self, status: int, value: Any = None) -> None:
        """Send a complete response in one piece."""
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        note_response(self.client_address)

    def finish(self) -> None:
        """Note the end of a connection, which counts as a response."""
        try:
            super().finish()
        finally:
            note_response(self.client_address)

    def do_GET(self) -> None:
        """Return health and effects."""
        note_response(self.client_address)
        if FLAW in {"takes_halves", "wedged_by_halves"}:
            wait_for_halves()
        _, _, end_user_id = self.path.partition("end_user_id=")
        self.answer(200, effects(end_user_id) if "effects" in self.path else {"status": "ok"})

    def do_POST(self) -> None:
        """Receive a webhook."""
        announced = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(announced)
        if FLAW == "takes_halves" and len(body) < announced:
            apply_half(body)
        if FLAW == "wedged_by_halves" and len(body) < announced:
            WEDGED.append(True)
        if self.path.startswith("/fail"):
            ORDERS[:] = [self.path.partition("at=")[2]]
            self.answer(204)
            return
        if FLAW == "moves_before_verifying":
            update_unverified(body)
        if FLAW == "reserialises":
            with contextlib.suppress(ValueError, RecursionError):
                body = json.dumps(json.loads(body), separators=(",", ":")).encode()
        expected = base64.b64encode(hmac.new(KEY, body, hashlib.sha256).digest())
        signature = self.headers.get("X-Fiskil-Signature")
        is_lenient = FLAW == "missing_is_fine" and signature is None
        if not is_lenient and not hmac.compare_digest(expected, (signature or "").encode("latin-1")):
            self.answer(401, {"expected": expected.decode()} if FLAW == "tells_signature" else None)
            return
        try:
            self.answer(500 if WEDGED else self.take(body))
        except Exception as error:  # noqa: BLE001 - a correct receiver always responds
            self.answer(503 if isinstance(error, Ordered) else 400)
            WEDGED.extend([True] if FLAW == "wedged_by_junk" and not isinstance(error, Ordered) else [])
            with contextlib.suppress(Exception):
                POISONED.update([json.loads(body)["message_id"]] if FLAW == "poisons" else [])

    def take(self, body: bytes) -> int:
        """Return the status for a message that may be processed."""
        if os.environ.get("CHATTY"):
            sys.stderr.write("took a message\n")
        message = json.loads(body)
        message_id = message["message_id"]
        is_orphan = VARIANT == "refuses_orphans" and not is_known(message["data"])
        if is_orphan or self.is_flawed_for(message):
            return 503
        if VARIANT == "slow_worker":
            with database() as connection:
                row = (message_id, body.decode())
                connection.execute("insert or ignore into inbox (message_id, body) values (?, ?)", row)
            return 202
        if FLAW == "loses_after_ack":
            QUERIED.clear()
            WAITING.put(body)
            return 202
        if VARIANT != "refuses_losers":
            process(body)
            return 204
        with LOCK:
            if message_id in BUSY:
                return 409
            BUSY.add(message_id)
        try:
            process(body)
        finally:
            BUSY.discard(message_id)
        return 204

    def is_flawed_for(self, message: dict[str, Any]) -> bool:
        """Return true if a flaw refuses a valid message; another flaw delays it."""
        message_id = message["message_id"]
        if FLAW == "slow_repetitions" and message_id in SEEN:
            time.sleep(float(os.environ["SLOW_S"]))
        if FLAW == "slow_repetitions":
            SEEN.add(message_id)
        age_s = time.time() - datetime.datetime.fromisoformat(message["publish_time"]).timestamp()
        return (
            (FLAW == "refuses_unknown" and not message["data"]["event"].startswith(KNOWN))
            or (FLAW == "refuses_late" and age_s > 1800)
            or (FLAW == "poisons" and message_id in POISONED)
        )


class Server(ThreadingHTTPServer):
    """A server with a backlog that is large enough for a burst."""

    request_queue_size = 256

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count a request from the moment when its connection is accepted."""
        with IS_CALM:
            OPEN_REQUESTS.add(client_address)
        super().process_request(request, client_address)


with database() as first:
    first.execute("pragma journal_mode = wal")
    first.executescript(TABLES)
for worker, is_wanted in ((process_inbox, VARIANT == "slow_worker"), (process_memory, FLAW == "loses_after_ack")):
    if is_wanted:
        threading.Thread(target=worker, daemon=True).start()
Server(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
