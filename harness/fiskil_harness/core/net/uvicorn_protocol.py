"""uvicorn's HTTP protocol with limits for request heads, a logger for crashes, and a fast path for responses.

uvicorn responds to malformed HTTP with 400 and logs it. A client's mistake is not a crash, so this protocol logs nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import unquote

import httptools
from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import STATUS_LINE as STATUS_LINE  # noqa: PLC0414 - used by the proxy too
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fiskil_harness.core.internal_errors import Crash, crash_of

LARGEST_HEAD = 65_536
LONGEST_HEAD_S = 60.0
"""The maximum time for a request head, in real seconds, from its first byte or from the begin of its connection."""
LONGEST_REMEMBERED = 512
"""Longer request targets are not cached, so the cache stays small."""

_TOO_LARGE = f"The head of a request may have {LARGEST_HEAD} bytes.".encode()
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_TOO_LARGE), _TOO_LARGE)
)

_TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

Headers = list[tuple[bytes, bytes]]


class HttpRequest(Struct):
    """A request, with header names in lower case. ``path`` is percent-decoded, ``raw_path`` is not."""

    method: str
    path: str
    raw_path: str
    query: bytes
    headers: Headers
    body: bytes
    client: tuple[str, int] | None

    @classmethod
    def of(cls, scope: Any, body: bytes = b"") -> "HttpRequest":
        """Return the request that an ASGI scope describes."""
        raw_path = scope["raw_path"].decode("latin-1")
        return cls(
            scope["method"], scope["path"], raw_path, scope["query_string"], scope["headers"], body, scope.get("client")
        )


class HttpResponse(Struct):
    """A response that the harness wrote. Its headers include the length of its body, so they are sent without a check."""

    status: int
    headers: Headers
    body: bytes


class _Parser(httptools.HttpRequestParser):
    """A parser that notifies its connection of a request that offers an upgrade, whose body it cannot read."""

    def __init__(self, connection: "Connection") -> None:
        super().__init__(connection)
        self._connection = connection
        # As uvicorn does: it ignores what a client sends after a request with "connection: close".
        self.set_dangerous_leniencies(lenient_data_after_close=True)

    def feed_data(self, data: Any) -> None:
        """Parse *data*.

        Raises:
            HttpParserUpgrade: The request is a CONNECT request.
        """
        try:
            super().feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            if not self._connection.is_offered_upgrade:
                raise
            self._connection.decline_upgrade(data[offer.args[0] :])


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with limits for the request head and a fast path for applications that support it.

    An application may have a method ``respond_at_once``, which takes an ``HttpRequest`` and returns an ``HttpResponse`` or
    None. The fast path calls it directly, without a task or coroutine, and sends the response in one write. The fast path
    is for usual requests: HTTP/1.1 with keep-alive, received in one piece, and no earlier response is still being sent.
    Every other request, and every request for which the method returns None, goes to uvicorn.

    A request that offers an upgrade, such as to HTTP/2, is served like any other. Java's HTTP client offers it
    by default, ``curl`` with ``--http2``, and both may send a body. Source: RFC 9110, section 7.8.
    """

    news: ClassVar[logging.Logger]
    longest_head_s: ClassVar[float] = LONGEST_HEAD_S

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.news
        self.parser = _Parser(self)
        self._respond_at_once: Callable[[HttpRequest], HttpResponse | None] | None = getattr(
            self.app, "respond_at_once", None
        )
        self._head_size = 0
        self._is_in_head = True
        self._has_head_ended = False
        self._is_held = False
        self._held_body = bytearray()
        self.is_offered_upgrade = False
        self._offered_headers: Headers = []
        self._unread = b""
        self._is_idle = False
        self._idle_since_s = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None
        self._head_began_s = 0.0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Limit the time for the first request head."""
        super().connection_made(transport)
        self._head_began_s = self.loop.time()
        self._head_timer = self.loop.call_later(self.longest_head_s, self._close_if_head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timers of the closed connection."""
        for timer in (self._idle_timer, self._head_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the received bytes; refuse a request head that is too long."""
        if self.transport.is_closing():
            return
        self._has_head_ended = False
        self._unread = data
        while self._unread:
            unread, self._unread = self._unread, b""
            super().data_received(unread)
        if self._is_held:
            self._tell_uvicorn()
        # The parser reports a header at its end, so the bound counts the bytes since the last header ended.
        if not self._is_in_head or self._has_head_ended:
            self._head_size = 0
            return
        self._head_size += len(data)
        if self._head_size > LARGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()

    def on_message_begin(self) -> None:
        """Reset the state for the request whose head begins."""
        self._is_in_head = True
        self._head_began_s = self.loop.time()
        self._is_idle = False
        if self._respond_at_once is None:
            super().on_message_begin()
        else:
            self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        """Hold the request back for the fast path, or pass it to uvicorn."""
        self._is_in_head, self._has_head_ended = False, True
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            self.is_offered_upgrade = True
            return
        if self._offered_headers:
            self.headers[:], self._offered_headers = self._offered_headers, []
        if self._is_usual():
            # An invalid target raises an error of the parser here, so the request is refused like other malformed ones.
            self._target = _target(self.url) if len(self.url) <= LONGEST_REMEMBERED else _read_target(self.url)
            self._is_held, self._held_body = True, bytearray()
        else:
            self._tell_uvicorn()

    def on_body(self, body: bytes) -> None:
        """Add a part of the body to the held request, or pass it to uvicorn."""
        if self._is_held:
            self._held_body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Respond to a request that was held back, or let uvicorn respond."""
        if self.is_offered_upgrade:
            return
        if self._is_held:
            answer = self._answered()
            if answer is not None:
                self._is_held = False
                self._write(answer)
                return
        if self._is_held:
            self._tell_uvicorn()
        super().on_message_complete()

    def decline_upgrade(self, rest: bytes) -> None:
        """Let the request be read again without its offer, followed by *rest*, the received bytes after its head."""
        self.is_offered_upgrade, self._offered_headers = False, self.headers
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (method, self.url, version)]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = _Parser(self)
        self._unread = b"\r\n".join([*lines, b"", rest])

    def _is_usual(self) -> bool:
        """Return True if the fast path may serve the request whose head has arrived."""
        parser, before = self.parser, self.cycle
        return (
            self._respond_at_once is not None
            and (before is None or before.response_complete)
            and not self.flow.write_paused
            and parser.should_keep_alive()
            and parser.get_http_version() == "1.1"
            and parser.get_method() != b"HEAD"
        )

    def _tell_uvicorn(self) -> None:
        """Pass the request to uvicorn, with the parts that were held back, and its target as received."""
        if self._respond_at_once is not None:
            url, headers, expects = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, self.expect_100_continue = url, expects
            self.headers.extend(headers)
        was_held, self._is_held = self._is_held, False
        self.scope["target"] = self.url  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()
        if was_held and self._held_body:
            super().on_body(bytes(self._held_body))

    def _answered(self) -> HttpResponse | None:
        assert self._respond_at_once is not None
        method, body = self.parser.get_method().decode("ascii"), bytes(self._held_body)
        try:
            return self._respond_at_once(HttpRequest(method, *self._target, self.headers, body, self.client))
        except Exception as error:
            # uvicorn would take an exception raised here for malformed HTTP, so it is logged as uvicorn logs exceptions.
            self.logger.error("Exception in ASGI application\n", exc_info=error)
            return HttpResponse(500, [(b"content-length", b"0")], b"")

    def _write(self, answer: HttpResponse) -> None:
        pieces = [STATUS_LINE[answer.status]]
        for name, value in answer.headers:
            pieces += (name, b": ", value, b"\r\n")
        pieces += (b"\r\n", answer.body)
        self.transport.write(b"".join(pieces))
        self._is_idle, self._idle_since_s = True, self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._close_if_idle)

    def _close_if_head_is_late(self) -> None:
        """Close a connection whose request head is not complete in time. One repeating timer checks all its requests."""
        used_s = self.loop.time() - self._head_began_s if self._is_in_head else 0.0
        if used_s < self.longest_head_s:
            self._head_timer = self.loop.call_later(self.longest_head_s - used_s, self._close_if_head_is_late)
            return
        if self._head_size:
            self.transport.write(_TIMEOUT)
        self.transport.close()

    def _close_if_idle(self) -> None:
        """Close an idle connection. One repeating timer checks it: a timer for each response would cost more."""
        idle_s = self.loop.time() - self._idle_since_s if self._is_idle else 0.0
        if idle_s >= self.timeout_keep_alive:
            self.timeout_keep_alive_handler()
        else:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive - idle_s, self._close_if_idle)


def _read_target(url: bytes) -> tuple[str, str, bytes]:
    """Return path, raw path and query of a request target.

    Raises:
        HttpParserInvalidURLError: *url* is not a request target.
    """
    target = httptools.parse_url(url)
    raw_path = target.path.decode("ascii")
    return unquote(raw_path), raw_path, target.query or b""


_target = lru_cache(maxsize=1024)(_read_target)


def careful(protocol: type[Connection] | None, logger: logging.Logger) -> type[Connection]:
    """Return a subclass of *protocol* (default: ``Connection``) that uses *logger*."""
    return type("Careful", (protocol or Connection,), {"news": logger})


def logger_for(crashes: list[Crash] | None) -> logging.Logger:
    """Return a logger without a parent, so that no other logging configuration affects it.

    Args:
        crashes: Collects the exceptions of a harness application. Without it, exceptions go to uvicorn's own logger.
    """
    logger = logging.Logger("fiskil-harness", level=logging.ERROR)
    logger.addHandler(_Crashes(crashes))
    return logger


class _Crashes(logging.Handler):
    """Collects exceptions of an application, except for interrupted responses, which faults and disconnects cause."""

    def __init__(self, crashes: list[Crash] | None) -> None:
        super().__init__()
        self._crashes = crashes

    def emit(self, record: logging.LogRecord) -> None:
        """Add the record's exception, if it has one."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None or isinstance(error, asyncio.CancelledError):
            return
        if self._crashes is None:
            logging.getLogger("uvicorn.error").handle(record)
        else:
            self._crashes.append(crash_of("server", error))
