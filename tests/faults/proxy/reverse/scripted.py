"""A hosted API with scripted responses, and a relay in front of it."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.net.server import LOOPBACK, Loop
from fiskil_harness.faults.proxy.reverse.relay import Relay
from fiskil_harness.journal import Exchange, Journal

GET = b"GET /v1/banking/accounts?end_user_id=eu_1 HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer abc\r\n\r\n"
POST = b"POST /v1/end-users HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}"
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
CSV = b"HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: %d\r\n\r\n"


def json_response(body: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body.encode())


class Scripted:
    """A hosted API that responds to each request with the next of *scripts*; an empty one closes the connection."""

    def __init__(self, loop: Loop, scripts: list[bytes], *, certificate: tuple[Path, Path] | None = None) -> None:
        self.scripts = scripts
        self.requests: list[bytes] = []
        self.connections = 0
        self._loop = loop
        self._server = loop.run(self._begin(certificate))
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://{LOOPBACK}:{port}"

    async def _begin(self, certificate: tuple[Path, Path] | None) -> asyncio.Server:
        tls = None
        if certificate is not None:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(*certificate)
        return await asyncio.get_running_loop().create_server(lambda: _ScriptedConnection(self), LOOPBACK, 0, ssl=tls)

    def close(self) -> None:
        """Stop listening."""
        self._loop.asyncio.call_soon_threadsafe(self._server.close)


class _ScriptedConnection(asyncio.Protocol):
    """One connection of a scripted API; a response that ends in CLOSE is followed by the end of the connection."""

    def __init__(self, api: Scripted) -> None:
        self._api = api
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._api.connections += 1

    def data_received(self, data: bytes) -> None:
        self._received += data
        if _is_complete(self._received):
            self._api.requests.append(self._received)
            self._received = b""
            script = self._api.scripts.pop(0)
            self._transport.write(script.removesuffix(CLOSE))
            if script.endswith(CLOSE):
                self._transport.close()


CLOSE = b"<close>"


def _is_complete(request: bytes) -> bool:
    head, end, body = request.lower().partition(b"\r\n\r\n")
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0] or b"0")
    is_chunked = b"transfer-encoding: chunked" in head
    return bool(end) and (body.endswith(b"0\r\n\r\n") if is_chunked else len(body) >= length)


class Rig:
    """A relay in front of a scripted API, a journal, and plain sockets as clients."""

    def __init__(self, loop: Loop, *scripts: bytes, clock_s: Callable[[], float] | None = None) -> None:
        self.loop = loop
        self.api = Scripted(loop, list(scripts))
        self.relay = Relay(loop, upstream=self.api.url, clock_s=clock_s)
        self.journal = Journal()
        self.relay.begin(self.journal)

    def open(self) -> socket.socket:
        """Return a connection to the relay."""
        return socket.create_connection(("127.0.0.1", self.relay.port), timeout=30)

    def send(self, *requests: bytes) -> bytes:
        """Send *requests* on one connection, and return what arrives until it ends, without ``connection: close``."""
        last = requests[-1].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
        with self.open() as sock:
            sock.sendall(b"".join((*requests[:-1], last)))
            return b"".join(iter(lambda: sock.recv(65_536), b"")).replace(b"connection: close\r\n", b"")

    @property
    def exchanges(self) -> list[Exchange]:
        """Return every exchange that is over."""
        return ended(self.relay, self.journal)


def ended(relay: Relay, journal: Journal) -> list[Exchange]:
    """Return every exchange once none is open; a response may arrive a moment before it is recorded."""
    wait_until(lambda: not relay.open_requests, cap_s=30)
    return journal.all(Exchange)
