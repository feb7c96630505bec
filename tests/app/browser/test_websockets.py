"""Sockets of pages in real Chromium: an open one is recorded, and too much data is reported."""

import base64
import hashlib
import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.app.browser import Chromium, Window
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.app.browser.websockets import TOO_LONG, Sockets
from fiskil_harness.journal import Fetched, Journal

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class MessageServer(socketserver.StreamRequestHandler):
    """A WebSocket server that sends one message and stays connected."""

    def handle(self) -> None:
        """Do the handshake, send the message, and wait until the browser disconnects."""
        head = {}
        for line in iter(self.rfile.readline, b"\r\n"):
            name, _, value = line.partition(b":")
            head[name.strip().lower()] = value.strip()
        accept = base64.b64encode(hashlib.sha1(head[b"sec-websocket-key"] + MAGIC).digest())  # noqa: S324 - the protocol's
        self.wfile.write(b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
        self.wfile.write(accept + b"\r\n\r\n\x81\x06secret")
        self.rfile.read(1)


@pytest.fixture
def message_port() -> Iterator[int]:
    """The port of a server that sends one message over a socket."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MessageServer) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.slow
def test_a_socket_that_stays_open_is_recorded(message_port: int, httpserver: HTTPServer) -> None:
    """An open socket is recorded when the window closes at the latest, and responses with all their headers."""
    url = f"ws://127.0.0.1:{message_port}/"
    html = f"<h1 id=h>Wait</h1><script>new WebSocket('{url}').onmessage = (e) => {{h.textContent = e.data}}"
    headers = [("content-type", "text/html"), ("x-debug", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]
    httpserver.expect_request("/").respond_with_data(html + "</script>", headers=headers)
    origin, journal, browser = httpserver.url_for("").rstrip("/"), Journal(), Chromium()
    places = Origins(app=lambda: origin, api=lambda: "http://127.0.0.1:1", auth=lambda: "http://127.0.0.1:2")
    options: dict[str, Any] = {"participant": "", "write": journal.write, "stamp": journal.stamp}
    window = Window(browser, places=places, is_secret=lambda _text: False, **options)

    window.open(f"{origin}/", page="page")
    window.wait_until(lambda snapshot: "secret" in snapshot.text, cap_s=30)
    window.close()
    browser.close()

    assert [fetched.body for fetched in journal.all(Fetched) if fetched.kind == "websocket"] == [b"secret"]
    pairs = [pair for fetched in journal.all(Fetched) if fetched.kind == "document" for pair in fetched.response_headers]
    recorded = {(name.lower(), value) for name, value in pairs if name.lower() in {"x-debug", "set-cookie"}}
    assert recorded == set(headers[1:])


class FakeSocket:
    """A socket of a fake browser."""

    url = "ws://127.0.0.1:1/live"

    def __init__(self) -> None:
        self.listeners: dict[str, Callable[[Any], None]] = {}

    def on(self, event: str, take: Callable[[Any], None]) -> None:
        """Keep the listener."""
        self.listeners[event] = take


@pytest.fixture
def recorded_entries() -> list[dict[str, Any]]:
    """The recorded entries."""
    return []


@pytest.fixture
def sockets(recorded_entries: list[dict[str, Any]]) -> Sockets:
    """The sockets of a window without traffic."""
    return Sockets(lambda about, **fields: recorded_entries.append({**about, **fields}))


def test_each_message_is_recorded_once(sockets: Sockets, recorded_entries: list[dict[str, Any]]) -> None:
    """Each record contains what is new, and the last one the rest."""
    fake_socket = FakeSocket()
    sockets.watch(fake_socket, {"page": "page"})  # type: ignore[arg-type]

    for message in ("one", b"two"):
        fake_socket.listeners["framereceived"](message)
        sockets.note()
        sockets.note()
    fake_socket.listeners["framesent"]("mine")
    fake_socket.listeners["close"](fake_socket)
    sockets.note()

    assert [(row["page"], row["sent"], row["body"], row["problem"]) for row in recorded_entries] == [
        ("page", b"", b"one", ""),
        ("page", b"", b"two", ""),
        ("page", b"mine", b"", ""),
    ]


def test_a_socket_with_too_much_data_is_recorded_in_part(sockets: Sockets, recorded_entries: list[dict[str, Any]]) -> None:
    """The limit holds for all messages of a socket together."""
    fake_socket = FakeSocket()
    sockets.watch(fake_socket, {"page": "page"})  # type: ignore[arg-type]

    fake_socket.listeners["framereceived"](bytes(3_000_000))
    sockets.note()
    fake_socket.listeners["framereceived"](bytes(3_000_000))
    sockets.note()

    assert [(len(row["body"]), row["problem"]) for row in recorded_entries] == [(3_000_000, ""), (1_000_000, TOO_LONG)]
