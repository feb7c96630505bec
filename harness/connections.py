"""What every connection of our servers shares: a bound on the head of a request, and who hears of trouble.

uvicorn answers malformed HTTP with 400 and says so in its log; a client's mistake is no news of ours, so nothing is written.
"""

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from harness.crashes import Crash, crash_of

LARGEST_HEAD = 65_536
_TOO_LARGE = f"The head of a request may have {LARGEST_HEAD} bytes.".encode()
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_TOO_LARGE), _TOO_LARGE)
)


def careful(protocol: Any, logger: logging.Logger) -> Any:
    """A subclass of *protocol* (default: uvicorn's) that bounds heads and reports to *logger*."""

    class Careful(protocol or AutoHTTPProtocol):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.logger = logger
            self._head_size = 0
            self._is_in_head = True
            self._has_head_ended = False

        def data_received(self, data: bytes) -> None:
            if self.transport.is_closing():
                return
            self._has_head_ended = False
            super().data_received(data)
            # The parser tells of a header when its end has come, so the bound is on bytes that came and ended nothing.
            is_open = self._is_in_head and not self._has_head_ended
            self._head_size = self._head_size + len(data) if is_open else 0
            if self._head_size > LARGEST_HEAD and not self.transport.is_closing():
                self.transport.write(_REFUSAL)
                self.transport.close()

        def on_message_begin(self) -> None:
            self._is_in_head = True
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._is_in_head, self._has_head_ended = False, True
            super().on_headers_complete()

    return Careful


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
