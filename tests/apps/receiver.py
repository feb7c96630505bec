"""A small correct receiver on the standard library. ``FLAW`` in its environment adds one bug.

It keeps counts per message id and the newest event per consent, in memory or (``STORE``) in a file.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KEY = base64.b64decode(os.environ["FISKIL_WEBHOOK_SECRET"])
FLAW = os.environ.get("FLAW", "")
STORE = Path(os.environ["STORE"])
LOCK = threading.Lock()


def load() -> dict[str, Any]:
    """Return the content of the file, if there is one and memory is not the only store."""
    if STORE.exists() and FLAW != "memory_only":
        return dict(json.loads(STORE.read_text()))
    return {"applied": {}, "consents": {}}


PILE: list[bytes] = []
MEMORY = load()


class Receiver(BaseHTTPRequestHandler):
    """Handles webhooks, health and effects."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Do nothing."""

    def answer(self, status: int, value: Any = None) -> None:
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if "elsewhere" in self.path:
            self.answer(404)
        elif "silent" in self.path:
            time.sleep(60)
        elif "effects" not in self.path:
            self.answer(200, {"status": "ok"})
        elif FLAW == "no_json":
            self.answer(200)
        elif FLAW == "wrong_shape":
            self.answer(200, {"applied": ["not", "counts"]})
        else:
            with LOCK:
                report = {"applied": MEMORY["applied"], "pending": 0, "state": MEMORY["consents"]}
                if FLAW == "stuck":
                    report["pending"] = 1
                if FLAW in {"piles_up", "piles_between", "sticks_on_updates"}:
                    report["pending"] = len(PILE)
                if FLAW == "no_pending":
                    del report["pending"]
                if FLAW == "state_only":
                    del report["applied"]
                self.answer(200, report)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if FLAW == "hangs":
            time.sleep(60)
        if FLAW in {"piles_up", "piles_between"}:
            PILE.append(body)
        if FLAW == "piles_between" and b"consent.received" in body:
            PILE.clear()
        if FLAW in {"does_nothing", "stuck", "piles_up", "piles_between"}:
            self.answer(200)
            return
        if FLAW == "sticks_on_updates" and b"consent.updated" in body:
            PILE.append(body)
            self.answer(200)
            return
        expected = base64.b64encode(hmac.new(KEY, body, hashlib.sha256).digest())
        signature = (self.headers.get("X-Fiskil-Signature") or "").encode("latin-1")
        if FLAW != "believes_all" and not hmac.compare_digest(expected, signature):
            self.answer(401)
            return
        try:
            message = json.loads(body)
            apply(message)
        except (ValueError, KeyError, TypeError, RecursionError):
            self.answer(400)
            return
        if FLAW == "dies_slowly":
            # The app cannot be reached any more, but the process still runs.
            self.server.socket.close()
            self.connection.close()
            time.sleep(3)
        if FLAW in {"dies", "dies_slowly"}:
            os._exit(3)
        self.answer(204)


def apply(message: dict[str, Any]) -> None:
    """Count the message and apply the newest fact about its consent, once."""
    with LOCK:
        message_id = message["message_id"]
        if message_id in MEMORY["applied"] and FLAW != "no_dedupe":
            return
        MEMORY["applied"][message_id] = MEMORY["applied"].get(message_id, 0) + 1
        fact = MEMORY["consents"].setdefault(message["data"]["consent_id"], {"at": "", "event": ""})
        if message["publish_time"] > fact["at"] or FLAW == "last_wins":
            fact.update(at=message["publish_time"], event=message["data"]["event"])
        STORE.write_text(json.dumps(MEMORY))


class Server(ThreadingHTTPServer):
    """A server with a backlog that is large enough for a burst."""

    request_queue_size = 256


if os.environ.get("EXITS"):
    print("cannot find the moon")
    sys.exit(7)
if FLAW == "exports":
    sink = http.client.HTTPConnection(os.environ["OTLP_URL"].removeprefix("http://"))
    sink.request("POST", "/v1/metrics", b'{"resourceMetrics": []}', {"content-type": "application/json"})
    sink.close()
server = Server(("127.0.0.1", int(sys.argv[1])), Receiver)
if os.environ.get("CERT_FILE"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["CERT_FILE"], os.environ["KEY_FILE"])
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
