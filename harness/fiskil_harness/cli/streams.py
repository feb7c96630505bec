"""The standard streams: makes sure that all three exist, and that no failed write crashes the program.

If the reader of a pipe ends, further output is dropped and the exit code does not change. A full disk is reported in one
sentence.
"""

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO, cast

from fiskil_harness.core.printable import printable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

WIDEST = 80
STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def reopen() -> None:
    """Open closed standard streams on the null device.

    Otherwise a socket could get the file descriptor 0, 1 or 2, which would abort the event loop.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) < len(STREAMS):
        os.set_inheritable(number, True)
    os.close(number)
    for number, (name, mode) in enumerate(STREAMS):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def columns() -> int | None:
    """Return the width of the terminal at standard error, at most ``WIDEST``; None if standard error is no terminal."""
    if not sys.stderr.isatty():
        return None
    return min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST) or WIDEST


@contextlib.contextmanager
def sheltered() -> Iterator[list[str]]:
    """Ignore failed writes to standard output and error inside the block.

    If standard output fails, the yielded list receives the reason; a closed pipe is not reported.
    """
    reasons: list[str] = []
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _shelter(before[0], sys.__stdout__, reasons), _shelter(before[1], sys.__stderr__, [])
    try:
        yield reasons
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


class _Sink(io.FileIO):
    """Accepts all output; after the first failed write it drops the rest."""

    def __init__(self, number: int, reasons: list[str]) -> None:
        super().__init__(number, "w", closefd=False)
        self._reasons = reasons
        self._is_broken = False

    def write(self, text: "ReadableBuffer", /) -> Any:
        if not self._is_broken:
            try:
                return super().write(text)
            except BrokenPipeError:
                self._is_broken = True
            except OSError as error:
                self._is_broken = True
                self._reasons.append(error.strerror or str(error))
        return memoryview(text).nbytes


class _Escaping(io.TextIOWrapper):
    """Writes texts without control characters, because most of what is printed comes from an app or a file."""

    def write(self, text: str, /) -> int:
        super().write(printable(text))
        return len(text)

    def write_unescaped(self, text: str) -> int:
        """Write *text* as it is."""
        return super().write(text)


class _Unescaped:
    """A stream that passes control characters to the terminal."""

    def __init__(self, stream: _Escaping) -> None:
        self._stream = stream
        self.write = stream.write_unescaped

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def unescaped(stream: TextIO) -> TextIO:
    """Return the stream for a caller that escapes texts itself and writes control sequences of its own."""
    return cast("TextIO", _Unescaped(stream)) if isinstance(stream, _Escaping) else stream


def _shelter(stream: TextIO, original: TextIO | None, reasons: list[str]) -> TextIO:
    """Return *stream* with its output redirected to a ``_Sink``; a stream other than *original* is returned unchanged."""
    if stream is not original or not isinstance(stream, io.TextIOWrapper):
        return stream
    with contextlib.suppress(OSError):
        stream.flush()
    sink = _Sink(stream.fileno(), reasons)
    return _Escaping(
        sink if stream.write_through else io.BufferedWriter(sink),  # raw, as with python -u
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
