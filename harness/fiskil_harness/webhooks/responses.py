"""Reads what a receiver says: the answers on one connection, one after another, parsed by httptools.

Whatever comes is trouble in words or an answer, never an exception; nothing that a receiver sends fills our memory.
"""

from collections.abc import Callable

import httptools
from msgspec import Struct

RESPONSE_KEPT = 65_536
LONGEST_RESPONSE = 10_485_760
MOST_HEADERS = 200

INCOMPLETE = "connection closed before the answer was complete"
SILENT = "no answer within the limit"


class Reply(Struct, frozen=True, kw_only=True):
    """What came back. ``status`` is None when nothing complete did; ``trouble`` says why in words."""

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    trouble: str = ""
    took_s: float = 0.0


class ResponseParser:
    """The answers on one connection; *take* gets each as soon as it is whole, interim ones are left out.

    ``keeps`` tells whether the connection may carry another request after the latest answer, and ``is_begun`` whether
    another answer has begun since. ``is_head`` must be set while the answer to a HEAD is awaited, which has no body whatever
    its headers say.
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
        self._kept = 0
        self._has_head = False

    def feed(self, received: bytes) -> str:
        """Take some bytes in; trouble in words, if they are no answer."""
        self._size += len(received)
        if self._size > LONGEST_RESPONSE:
            return "the answer is longer than 10 MiB"
        try:
            self._parser.feed_data(received)
        except httptools.HttpParserUpgrade:
            return "the answer asks for another protocol"
        except httptools.HttpParserError as error:
            return f"the answer is no HTTP: {type(error).__name__}"
        return ""

    def end(self) -> str:
        """The connection has ended in order: an answer that ends by that is whole now; else trouble in words."""
        if self._has_head and (self.is_head or self._ends_by_close()):
            self._whole(keeps=False)
            return ""
        return INCOMPLETE

    def on_message_begin(self) -> None:
        """The first byte of an answer is there."""
        self.is_begun = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header of the answer that is being read."""
        if len(self._headers) < MOST_HEADERS:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole; an answer to HEAD is, too."""
        self._has_head = self._parser.get_status_code() >= 200
        if self.is_head and self._has_head:
            self._whole(keeps=False)

    def on_body(self, body: bytes) -> None:
        """A piece of the body, of which enough is kept to be read."""
        if self._kept < RESPONSE_KEPT:
            self._body.append(body)
            self._kept += len(body)

    def on_message_complete(self) -> None:
        """An answer is whole, or an interim one, after which the real one follows."""
        if self._parser.get_status_code() < 200:
            self.has_interim = True
            self._clear()
        elif self._has_head:
            self._whole(keeps=self._parser.should_keep_alive())

    def _whole(self, *, keeps: bool) -> None:
        headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self._headers)
        status, body = self._parser.get_status_code(), b"".join(self._body)[:RESPONSE_KEPT]
        self.keeps = keeps
        self.is_begun = False
        self._clear()
        self._size = 0
        self._take(status, headers, body)

    def _ends_by_close(self) -> bool:
        return not {name.lower() for name, _ in self._headers} & {b"content-length", b"transfer-encoding"}
