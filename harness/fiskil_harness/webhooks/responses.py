"""Parses what a receiver sends: the responses on one connection, one after another, with httptools.

Any input yields a response or a problem in words, never an exception, and memory use is bounded.
"""

from collections.abc import Callable

import httptools
from msgspec import Struct

RESPONSE_KEPT = 65_536
LONGEST_RESPONSE = 10_485_760
MOST_HEADERS = 200

INCOMPLETE = "connection closed before the response was complete"
SILENT = "no response within the limit"


class Reply(Struct, frozen=True, kw_only=True):
    """A received response. ``status`` is None if no complete response arrived; ``problem`` then states why."""

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    problem: str = ""
    took_s: float = 0.0


class ResponseParser:
    """Parses the responses on one connection. *take* gets each complete one; interim (1xx) ones are left out.

    ``keeps`` is true if the connection may carry another request after the latest response, ``is_begun`` if another
    response has begun since. Set ``is_head`` while the response to a HEAD request is expected: it never has a body.
    """

    def __init__(self, take: Callable[[int, tuple[tuple[str, str], ...], bytes], None]) -> None:
        self._take = take
        self.keeps = True
        self.is_head = False
        self.has_interim = False
        self.is_begun = False
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._clear()
        self._size = 0

    def _clear(self) -> None:
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._kept_bytes = 0
        self._has_head = False

    def feed(self, received: bytes) -> str:
        """Parse some bytes; return a problem if they are not a valid response."""
        self._size += len(received)
        if self._size > LONGEST_RESPONSE:
            return "the response is longer than 10 MiB"
        try:
            self._parser.feed_data(received)
        except httptools.HttpParserUpgrade:
            return "the response switches to another protocol"
        except httptools.HttpParserError as error:
            return f"the response is not HTTP: {type(error).__name__}"
        return ""

    def end(self) -> str:
        """Handle the orderly end of the connection, which may complete a response; otherwise return a problem."""
        if self._has_head and (self.is_head or self._ends_by_close()):
            self._complete(keeps=False)
            return ""
        return INCOMPLETE

    def on_message_begin(self) -> None:
        """Note the first byte of a response."""
        self.is_begun = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header of the current response."""
        if len(self._headers) < MOST_HEADERS:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Note the end of the head, which is also the end of a response to HEAD."""
        self._has_head = self._parser.get_status_code() >= 200
        if self.is_head and self._has_head:
            self._complete(keeps=False)

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body, up to the limit."""
        if self._kept_bytes < RESPONSE_KEPT:
            self._body.append(body)
            self._kept_bytes += len(body)

    def on_message_complete(self) -> None:
        """Finish a response; after an interim one, the final one follows."""
        if self._parser.get_status_code() < 200:
            self.has_interim = True
            self._clear()
        elif self._has_head:
            self._complete(keeps=self._parser.should_keep_alive())

    def _complete(self, *, keeps: bool) -> None:
        headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self._headers)
        status, body = self._parser.get_status_code(), b"".join(self._body)[:RESPONSE_KEPT]
        self.keeps = keeps
        self.is_begun = False
        self._clear()
        self._size = 0
        self._take(status, headers, body)

    def _ends_by_close(self) -> bool:
        return not {name.lower() for name, _ in self._headers} & {b"content-length", b"transfer-encoding"}
