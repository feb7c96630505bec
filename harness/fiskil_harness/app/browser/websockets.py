"""What the sockets of one window's pages tell and are told; one that stays open is heard as well as one that is closed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import WebSocket

MOST_BYTES = 4_000_000
TOO_LONG = "the socket told more than 4 MB, so the rest of it was not read"


class _Open:
    """A socket, and what it has heard since that was last written down."""

    def __init__(self, url: str, about: dict[str, Any]) -> None:
        self.url = url
        self.about = about
        self.sent: list[bytes] = []
        self.body: list[bytes] = []
        self.kept_bytes = 0
        self.problem = ""
        self.has_news = True

    def take(self, parts: list[bytes], told: str | bytes) -> None:
        """Keep a message, as long as there is room for it."""
        message = told.encode() if isinstance(told, str) else told
        room = MOST_BYTES - self.kept_bytes
        if len(message) > room:
            message, self.problem = message[:room], TOO_LONG
        parts.append(message)
        self.kept_bytes += len(message)
        self.has_news = True


class Sockets:
    """Every socket of one window; everything here runs on the browser's thread."""

    def __init__(self, note: Callable[..., None]) -> None:
        """*note* writes down what it is given about one socket."""
        self._note = note
        self._open: list[_Open] = []

    def watch(self, socket: "WebSocket", about: dict[str, Any]) -> None:
        """Hear what *socket* tells and is told from now on."""
        one = _Open(socket.url, about)
        self._open.append(one)
        socket.on("framesent", lambda told: one.take(one.sent, told))
        socket.on("framereceived", lambda told: one.take(one.body, told))
        socket.on("close", lambda _socket: self._over(one))

    def note(self) -> None:
        """Write down what each open socket has heard since the last time."""
        for one in self._open:
            if one.has_news:
                self._tell(one)

    def _over(self, one: _Open) -> None:
        if one.has_news:
            self._tell(one)
        self._open.remove(one)

    def _tell(self, one: _Open) -> None:
        told = {"sent": b"\n".join(one.sent), "body": b"\n".join(one.body)}
        self._note(dict(one.about), url=one.url, kind="websocket", problem=one.problem, **told)
        one.sent.clear()
        one.body.clear()
        one.has_news = False
