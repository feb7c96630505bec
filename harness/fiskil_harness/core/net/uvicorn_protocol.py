"""What every connection of our servers shares: bounds, who hears of trouble, and answers without detours.

uvicorn answers malformed HTTP with 400 and says so in its log; a client's mistake is no news of ours, so nothing is written.
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
LONGEST_REMEMBERED = 512
"""Longer targets are read anew each time, so that what is remembered of requests stays small."""

_TOO_LARGE = f"The head of a request may have {LARGEST_HEAD} bytes.".encode()
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_TOO_LARGE), _TOO_LARGE)
)

Headers = list[tuple[bytes, bytes]]


class HttpRequest(Struct):
    """A request as it came, its names of headers in lower case. ``path`` is decoded, ``raw_path`` is not."""

    method: str
    path: str
    raw_path: str
    query: bytes
    headers: Headers
    body: bytes
    client: tuple[str, int] | None

    @classmethod
    def of(cls, scope: Any, body: bytes = b"") -> "HttpRequest":
        """The request of an ASGI scope."""
        raw_path = scope["raw_path"].decode("latin-1")
        return cls(
            scope["method"], scope["path"], raw_path, scope["query_string"], scope["headers"], body, scope.get("client")
        )


class HttpResponse(Struct):
    """An answer whose headers tell the length of its body; both are ours, so nothing in them needs to be doubted."""

    status: int
    headers: Headers
    body: bytes


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with a bound on the head of a request, and a short way for applications that know it.

    An application that has ``answer_at_once`` is asked there first, a plain function of an ``HttpRequest``: no task, no
    coroutine, one write. That is the way of every usual client: HTTP/1.1 on a connection that is kept, a request in one
    piece, no answer to an earlier one still on its way. All others, and those for which it returns None, take uvicorn's way:
    a request is held back from its head to its end, and uvicorn is told of it where the end is long in coming.
    """

    news: ClassVar[logging.Logger]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.news
        self._answer_at_once: Callable[[HttpRequest], HttpResponse | None] | None = getattr(
            self.app, "respond_at_once", None
        )
        self._head_size = 0
        self._is_in_head = True
        self._has_head_ended = False
        self._is_held = False
        self._held_body = bytearray()
        self._is_idle = False
        self._idle_since_s = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; refuse a head that has no end."""
        if self.transport.is_closing():
            return
        self._has_head_ended = False
        super().data_received(data)
        if self._is_held:
            self._tell_uvicorn()
        # The parser tells of a header when its end has come, so the bound is on bytes that came and ended nothing.
        if not self._is_in_head or self._has_head_ended:
            self._head_size = 0
            return
        self._head_size += len(data)
        if self._head_size > LARGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._is_in_head = True
        self._is_idle = False
        if self._answer_at_once is None:
            super().on_message_begin()
        else:
            self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        """Hold the request back, or let uvicorn have it."""
        self._is_in_head, self._has_head_ended = False, True
        if self._is_usual():
            # Reading the target here lets a bad one be refused as the parser refuses.
            self._target = _target(self.url) if len(self.url) <= LONGEST_REMEMBERED else _read_target(self.url)
            self._is_held, self._held_body = True, bytearray()
        else:
            self._tell_uvicorn()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        if self._is_held:
            self._held_body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Answer what was held back, or let uvicorn do so."""
        if self._is_held:
            answer = self._answered()
            if answer is not None:
                self._is_held = False
                self._write(answer)
                return
        if self._is_held:
            self._tell_uvicorn()
        super().on_message_complete()

    def _is_usual(self) -> bool:
        """Whether the request whose head has come may be answered at once."""
        parser, before = self.parser, self.cycle
        return (
            self._answer_at_once is not None
            and (before is None or before.response_complete)
            and not self.flow.write_paused
            and parser.should_keep_alive()
            and parser.get_http_version() == "1.1"
            and parser.get_method() != b"HEAD"
        )

    def _tell_uvicorn(self) -> None:
        """Let uvicorn have the request, with what was held back of it."""
        if self._answer_at_once is not None:
            url, headers, expects = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, self.expect_100_continue = url, expects
            self.headers.extend(headers)
        was_held, self._is_held = self._is_held, False
        super().on_headers_complete()
        if was_held and self._held_body:
            super().on_body(bytes(self._held_body))

    def _answered(self) -> HttpResponse | None:
        assert self._answer_at_once is not None
        method, body = self.parser.get_method().decode("ascii"), bytes(self._held_body)
        try:
            return self._answer_at_once(HttpRequest(method, *self._target, self.headers, body, self.client))
        except Exception as error:
            # Raised here, it would pass for bad HTTP; so it is reported as uvicorn reports it.
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

    def _close_if_idle(self) -> None:
        """Close a connection on which nobody asks. One timer looks again and again: one for each answer would cost more."""
        idle_s = self.loop.time() - self._idle_since_s if self._is_idle else 0.0
        if idle_s >= self.timeout_keep_alive:
            self.timeout_keep_alive_handler()
        else:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive - idle_s, self._close_if_idle)


def _read_target(url: bytes) -> tuple[str, str, bytes]:
    """Path, raw path and query of a request's target.

    Raises:
        HttpParserInvalidURLError: It is none.
    """
    target = httptools.parse_url(url)
    raw_path = target.path.decode("ascii")
    return unquote(raw_path), raw_path, target.query or b""


_target = lru_cache(maxsize=1024)(_read_target)


def careful(protocol: type[Connection] | None, logger: logging.Logger) -> type[Connection]:
    """*protocol* (default: ``Connection``) with *logger* for its news."""
    return type("Careful", (protocol or Connection,), {"news": logger})


def logger_for(crashes: list[Crash] | None) -> logging.Logger:
    """A logger outside the tree of loggers, so that nothing which others set up changes it.

    Args:
        crashes: Takes the exceptions of an application that is ours; without it they go to uvicorn's own logger.
    """
    logger = logging.Logger("fiskil-harness", level=logging.ERROR)
    logger.addHandler(_Crashes(crashes))
    return logger


class _Crashes(logging.Handler):
    """Keeps what an application raised. An answer that breaks off is no crash: faults and disconnects make those."""

    def __init__(self, crashes: list[Crash] | None) -> None:
        super().__init__()
        self._crashes = crashes

    def emit(self, record: logging.LogRecord) -> None:
        """Note the exception, if the record has one."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None or isinstance(error, asyncio.CancelledError):
            return
        if self._crashes is None:
            logging.getLogger("uvicorn.error").handle(record)
        else:
            self._crashes.append(crash_of("server", error))
