"""Parses the responses that a receiver sends on one connection, using httptools.

Any input yields a response or a problem text, but never an exception. Memory use is bounded.
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
    """Parser of the responses on one connection. *take* is called with each complete response, except interim (1xx) ones.

    ``keeps`` is true if the connection can be used for another request after the latest response. ``is_begun`` is true if
    another response has begun since. Callers set ``is_head`` while they expect the response to a HEAD request, which never
    has a body.
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
        """Parse some bytes; return why they are not a valid response, or ''."""
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
        """Handle EOF of the connection. If it completes a response, return ''; otherwise return a problem text."""
        if self._has_head and (self.is_head or self._ends_by_close()):
            self._complete(keeps=False)
            return ""
        return INCOMPLETE

    def on_message_begin(self) -> None:
        """Record that another response has begun."""
        self.is_begun = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header of the current response."""
        if len(self._headers) < MOST_HEADERS:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Record the end of a response's head. A response to a HEAD request is then complete."""
        self._has_head = self._parser.get_status_code() >= 200
        if self.is_head and self._has_head:
            self._complete(keeps=False)

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body, up to the limit."""
        if self._kept_bytes < RESPONSE_KEPT:
            self._body.append(body)
            self._kept_bytes += len(body)

    def on_message_complete(self) -> None:
        """Finish a response. An interim (1xx) response is dropped, because the final response follows."""
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
