"""The standard streams: all three are there, and none of them decides how the program ends.

Output that nobody takes is dropped: a reader that has gone changes no exit code, and a full disk is told in one sentence.
"""

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

WIDEST = 80
STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def reopen() -> None:
    """Open on the null device what the caller closed; a socket in its place would abort the event loop."""
    while (number := os.open(os.devnull, os.O_RDWR)) < len(STREAMS):
        os.set_inheritable(number, True)
    os.close(number)
    for number, (name, mode) in enumerate(STREAMS):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def columns() -> int | None:
    """How wide the terminal is that standard error goes to, at most as wide as prose is; None where it goes elsewhere."""
    if not sys.stderr.isatty():
        return None
    return min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST) or WIDEST


@contextlib.contextmanager
def sheltered() -> Iterator[list[str]]:
    """Let nothing that is printed inside the block fail; the list has the reason once standard output takes no more."""
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
    """Takes everything; from the first failure on it goes nowhere."""

    def __init__(self, number: int, reasons: list[str]) -> None:
        super().__init__(number, "w", closefd=False)
        self._reasons = reasons
        self._is_shut = False

    def write(self, text: "ReadableBuffer", /) -> Any:
        if not self._is_shut:
            try:
                return super().write(text)
            except BrokenPipeError:
                self._is_shut = True
            except OSError as error:
                self._is_shut = True
                self._reasons.append(error.strerror or str(error))
        return memoryview(text).nbytes


def _shelter(stream: TextIO, original: TextIO | None, reasons: list[str]) -> TextIO:
    """*stream* over a sink, unless somebody put another one in the place of the *original*."""
    if stream is not original or not isinstance(stream, io.TextIOWrapper):
        return stream
    with contextlib.suppress(OSError):
        stream.flush()
    sink = _Sink(stream.fileno(), reasons)
    return io.TextIOWrapper(
        sink if stream.write_through else io.BufferedWriter(sink),  # raw, as with python -u
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
