"""Records what the WebSockets of one window's pages send and receive, whether they stay open or close."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import WebSocket

MOST_BYTES = 4_000_000
TOO_LONG = "the socket carried more than 4 MB; the rest was not read"


class _OpenSocket:
    """A WebSocket, and the messages that it has transferred since its last journal entry."""

    def __init__(self, url: str, about: dict[str, Any]) -> None:
        self.url = url
        self.about = about
        self.sent: list[bytes] = []
        self.body: list[bytes] = []
        self.kept_bytes = 0
        self.problem = ""
        self.has_news = True

    def take(self, parts: list[bytes], content: str | bytes) -> None:
        """Append the message *content* to *parts*, up to the size limit."""
        message = content.encode() if isinstance(content, str) else content
        room = MOST_BYTES - self.kept_bytes
        if len(message) > room:
            message, self.problem = message[:room], TOO_LONG
        parts.append(message)
        self.kept_bytes += len(message)
        self.has_news = True


class Sockets:
    """The open WebSockets of one window. All methods run on the browser's thread."""

    def __init__(self, note: Callable[..., None]) -> None:
        """Start without WebSockets. *note* writes the journal entry of one WebSocket."""
        self._note = note
        self._open: list[_OpenSocket] = []

    def watch(self, socket: "WebSocket", about: dict[str, Any]) -> None:
        """Record what *socket* sends and receives from now on."""
        open_socket = _OpenSocket(socket.url, about)
        self._open.append(open_socket)
        socket.on("framesent", lambda content: open_socket.take(open_socket.sent, content))
        socket.on("framereceived", lambda content: open_socket.take(open_socket.body, content))
        socket.on("close", lambda _socket: self._closed(open_socket))

    def note(self) -> None:
        """Record what each open WebSocket has transferred since the last call."""
        for open_socket in self._open:
            if open_socket.has_news:
                self._record(open_socket)

    def _closed(self, open_socket: _OpenSocket) -> None:
        if open_socket.has_news:
            self._record(open_socket)
        self._open.remove(open_socket)

    def _record(self, open_socket: _OpenSocket) -> None:
        traffic = {"sent": b"\n".join(open_socket.sent), "body": b"\n".join(open_socket.body)}
        self._note(dict(open_socket.about), url=open_socket.url, kind="websocket", problem=open_socket.problem, **traffic)
        open_socket.sent.clear()
        open_socket.body.clear()
        open_socket.has_news = False
