"""Sockets of pages in real Chromium: one that stays open is heard, and what was too much says so."""

import base64
import hashlib
import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.app.browser import Chromium, Window
from fiskil_harness.app.browser.origins import Places
from fiskil_harness.app.browser.websockets import TOO_LONG, Sockets
from fiskil_harness.journal import Fetched, Journal

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Talker(socketserver.StreamRequestHandler):
    """Says one thing, and stays."""

    def handle(self) -> None:
        """Shake hands, tell, and wait until the browser goes."""
        head = {}
        for line in iter(self.rfile.readline, b"\r\n"):
            name, _, value = line.partition(b":")
            head[name.strip().lower()] = value.strip()
        accept = base64.b64encode(hashlib.sha1(head[b"sec-websocket-key"] + MAGIC).digest())  # noqa: S324 - the protocol's
        self.wfile.write(b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
        self.wfile.write(accept + b"\r\n\r\n\x81\x06secret")
        self.rfile.read(1)


@pytest.fixture
def talker() -> Iterator[int]:
    """The port of a server that says one thing over a socket."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talker) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.slow
def test_a_socket_that_stays_open_is_heard(talker: int, httpserver: HTTPServer) -> None:
    """When the window is closed at the latest; answers are written down with their headers."""
    html = (
        f"<h1 id=h>Wait</h1><script>new WebSocket('ws://127.0.0.1:{talker}/').onmessage = (e) => {{h.textContent = e.data}}"
    )
    headers = [("content-type", "text/html"), ("x-debug", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]
    httpserver.expect_request("/").respond_with_data(html + "</script>", headers=headers)
    origin, journal, browser = httpserver.url_for("").rstrip("/"), Journal(), Chromium()
    places = Places(app=lambda: origin, api=lambda: "http://127.0.0.1:1", auth=lambda: "http://127.0.0.1:2")
    known: dict[str, Any] = {"participant": "", "write": journal.write, "stamp": journal.stamp}
    window = Window(browser, places=places, is_secret=lambda _text: False, **known)

    window.open(f"{origin}/", page="page")
    window.wait_until(lambda seen: "secret" in seen.text, cap_s=30)
    window.close()
    browser.close()

    assert [fetched.body for fetched in journal.all(Fetched) if fetched.kind == "websocket"] == [b"secret"]
    told = [pair for fetched in journal.all(Fetched) if fetched.kind == "document" for pair in fetched.response_headers]
    found = {(name.lower(), value) for name, value in told if name.lower() in {"x-debug", "set-cookie"}}
    assert found == set(headers[1:])


class Wire:
    """A socket of a made-up browser."""

    url = "ws://127.0.0.1:1/live"

    def __init__(self) -> None:
        self.heard: dict[str, Callable[[Any], None]] = {}

    def on(self, event: str, take: Callable[[Any], None]) -> None:
        """Remember who listens."""
        self.heard[event] = take


@pytest.fixture
def told() -> list[dict[str, Any]]:
    """What was written down."""
    return []


@pytest.fixture
def sockets(told: list[dict[str, Any]]) -> Sockets:
    """Of a window in which nothing has happened."""
    return Sockets(lambda about, **known: told.append({**about, **known}))


def test_what_was_heard_is_told_once(sockets: Sockets, told: list[dict[str, Any]]) -> None:
    """Each time what is new, and at the end the rest."""
    wire = Wire()
    sockets.watch(wire, {"page": "page"})  # type: ignore[arg-type]

    for message in ("one", b"two"):
        wire.heard["framereceived"](message)
        sockets.note()
        sockets.note()
    wire.heard["framesent"]("mine")
    wire.heard["close"](wire)
    sockets.note()

    assert [(row["page"], row["sent"], row["body"], row["lack"]) for row in told] == [
        ("page", b"", b"one", ""),
        ("page", b"", b"two", ""),
        ("page", b"mine", b"", ""),
    ]


def test_a_socket_that_tells_too_much_lacks_the_rest(sockets: Sockets, told: list[dict[str, Any]]) -> None:
    """In whatever pieces it came."""
    wire = Wire()
    sockets.watch(wire, {"page": "page"})  # type: ignore[arg-type]

    wire.heard["framereceived"](bytes(3_000_000))
    sockets.note()
    wire.heard["framereceived"](bytes(3_000_000))
    sockets.note()

    assert [(len(row["body"]), row["lack"]) for row in told] == [(3_000_000, ""), (1_000_000, TOO_LONG)]
