"""One connection of a simulated sender to the app, kept open between requests."""

import contextlib
import time
from collections.abc import Iterable

import geventhttpclient
from gevent import socket
from geventhttpclient.header import Headers
from msgspec import Struct

from fiskil_harness.soak.plan import PlannedRequest, Target, filled

AGENT = "Fiskil-Webhooks (fiskil-harness soak)"


class Response(Struct, frozen=True):
    """A response; without one, ``status`` is 0 and ``problem`` is the reason."""

    status: int = 0
    headers: dict[str, str] = {}
    body: bytes = b""
    problem: str = ""
    took_s: float = 0.0

    @property
    def retry_after(self) -> str:
        """The text of the header ``Retry-After``."""
        return self.headers.get("retry-after", "")


class Connection:
    """A client of the app with one connection."""

    def __init__(self, target: Target, *, timeout_s: float) -> None:
        self._target = target
        self._timeout_s = timeout_s
        self._client = geventhttpclient.HTTPClient(
            target.host,
            target.port,
            ssl=target.is_tls,
            connection_timeout=timeout_s,
            network_timeout=timeout_s,
            concurrency=1,
        )

    def send(self, method: str, path: str, body: bytes = b"", headers: Iterable[tuple[str, str]] = ()) -> Response:
        """Send one request and read the response."""
        lines = Headers()
        lines.add("User-Agent", AGENT)
        for name, value in headers:
            lines.add(name, value)
        began = time.monotonic()
        try:
            with self._client.request(method, path, body=body, headers=lines) as response:
                content = bytes(response.read())
                fields = {name.lower(): value for name, value in response.items()}
                return Response(int(response.status_code), fields, content, took_s=time.monotonic() - began)
        except Exception as error:  # noqa: BLE001 - whatever the client raises, there is no response
            return Response(problem=_reason(error), took_s=time.monotonic() - began)

    def request(self, planned: PlannedRequest, **values: str) -> Response:
        """Send a planned request with *values* in place of its placeholders."""
        headers = [(name, filled(value, **values)) for name, value in planned.headers.items()]
        return self.send(planned.method, filled(planned.path, **values), filled(planned.body, **values).encode(), headers)

    def send_alone(self, method: str, path: str, body: bytes, headers: Iterable[tuple[str, str]]) -> Response:
        """Send one request and read the response, on a connection that no other request uses."""
        with contextlib.closing(Connection(self._target, timeout_s=self._timeout_s)) as own:
            return own.send(method, path, body, headers)

    def send_and_leave(self, method: str, path: str, body: bytes, headers: Iterable[tuple[str, str]]) -> Response:
        """Send one request on a new connection, and close it without reading the response."""
        target = self._target
        lines = [f"{method} {path} HTTP/1.1", f"Host: {target.host}:{target.port}", f"User-Agent: {AGENT}"]
        lines += [f"{name}: {value}" for name, value in headers]
        request = "\r\n".join([*lines, f"Content-Length: {len(body)}", "\r\n"]).encode("latin-1") + body
        place = (target.host, target.port)
        with contextlib.suppress(OSError), socket.create_connection(place, timeout=self._timeout_s) as sock:
            sock.sendall(request)
        return Response(problem="the response was not read, on purpose")

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError | socket.timeout):
        return "no response in time"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return "connection closed" if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
