"""The ledger: what a worker sent and what came back, on disk as it happens, and merged after the run.

Each line is a JSON array. A line is written before a message is sent, and another one after its response, so a killed worker
leaves a ledger whose last messages have an unknown outcome. The lines go to the system at once and to the disk in batches: a
killed process loses nothing, a machine that loses power at most the last batch.
"""

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from fiskil_harness.errors import UsageError

SUFFIX = ".ledger"
VERSION = 1
BEFORE_LOAD = "before the load"
"""The phase of the first messages, which connect the end users."""
TOO_BUSY = frozenset({429, 503})
"""Statuses with which a receiver requests a later attempt; they are back-pressure if ``Retry-After`` states the delay."""

Origin = Literal["genuine", "forged"]


class Opened(Struct, frozen=True, array_like=True, tag="opened"):
    """The first line: who writes, and when the load began, in seconds since 1970."""

    worker: str
    run_id: str
    began_at: float
    version: int = VERSION


class Sent(Struct, frozen=True, array_like=True, tag="sent"):
    """An attempt that is about to be made.

    ``intended_at`` is the time in the plan, in seconds since 1970. ``size`` is that of the body in bytes.
    """

    number: int
    intended_at: float
    message_id: str
    end_user_id: str
    origin: Origin
    how: str
    phase: str
    kind: str
    attempt: int
    size: int = 0


class Reply(Struct, frozen=True, array_like=True, tag="reply"):
    """The outcome of an attempt. ``latency_s`` counts from the intended time, ``took_s`` from the real one.

    ``status`` is 0 if no response came; ``problem`` is the reason then. ``retry_after`` is the header's text.
    """

    number: int
    status: int
    latency_s: float
    took_s: float
    retry_after: str = ""
    problem: str = ""


class Request(Struct, frozen=True, array_like=True, tag="request"):
    """A request that is no delivery: a page, a hook, or a step of a consent journey."""

    at: float
    name: str
    phase: str
    status: int
    latency_s: float
    retry_after: str = ""
    problem: str = ""

    @property
    def is_put_off(self) -> bool:
        """True if the app requested a later attempt, as the documentation allows."""
        return self.status in TOO_BUSY and bool(self.retry_after)

    @property
    def is_error(self) -> bool:
        """True if there was no response, or one that is the app's own failure."""
        return (not self.status or self.status >= 500) and not self.is_put_off


class Lived(Struct, frozen=True, array_like=True, tag="lived"):
    """An end user who was connected during the load, and the number of the life that was played to its end.

    ``ref`` is the app's own name for the end user.
    """

    end_user_id: str
    life: int
    is_complete: bool
    ref: str = ""


class Closed(Struct, frozen=True, array_like=True, tag="closed"):
    """The last line of a worker that ended in order. ``unsent`` is the number of planned slots that it did not send."""

    at: float
    unsent: int


Line = Opened | Sent | Reply | Request | Lived | Closed


class LedgerFile:
    """A ledger that is being written. Lines of an earlier process in the same file stay."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Lock()
        self._number = 0
        self._is_dirty = False

    def next_number(self) -> int:
        """Return a number for an attempt that no other attempt in this file has."""
        with self._lock:
            self._number += 1
            return self._number

    def write(self, line: Line) -> None:
        """Append *line*."""
        os.write(self._file, self._encoder.encode(line) + b"\n")
        self._is_dirty = True

    def sync(self) -> None:
        """Force the lines so far to the disk."""
        if self._is_dirty:
            self._is_dirty = False
            os.fsync(self._file)

    def close(self) -> None:
        """Force every line to the disk, and close the file. A later line raises an OSError, and reaches no other file."""
        self.sync()
        descriptor, self._file = self._file, -1
        os.close(descriptor)


class Attempt(Struct, frozen=True):
    """An attempt with its outcome; without a reply, the worker was killed or the run ended before the response."""

    sent: Sent
    reply: Reply | None = None

    @property
    def is_acknowledged(self) -> bool:
        """True if the app returned 2xx."""
        return self.reply is not None and 200 <= self.reply.status < 300

    @property
    def is_put_off(self) -> bool:
        """True if the app requested a later attempt, as the documentation allows."""
        return self.reply is not None and self.reply.status in TOO_BUSY and bool(self.reply.retry_after)

    @property
    def is_load(self) -> bool:
        """True if the attempt is part of the load, and did not only connect an end user."""
        return self.sent.phase != BEFORE_LOAD

    @property
    def is_unknown(self) -> bool:
        """True if no response came, so the app may have accepted the message."""
        return self.reply is None or self.reply.status == 0


class WorkerLedger(Struct, frozen=True, kw_only=True):
    """The ledger of one worker. ``is_closed`` is False if the worker was killed. ``torn`` counts unreadable lines."""

    worker: str
    began_at: float
    attempts: tuple[Attempt, ...]
    requests: tuple[Request, ...]
    lived: tuple[Lived, ...]
    is_closed: bool
    unsent: int
    torn: int


class MergedLedger(Struct, frozen=True, kw_only=True):
    """The ledgers of all workers of one run, in the order of the intended times."""

    workers: tuple[WorkerLedger, ...]
    attempts: tuple[Attempt, ...]
    requests: tuple[Request, ...]
    lived: tuple[Lived, ...]

    @property
    def began_at(self) -> float:
        """The time at which the first worker began, in seconds since 1970; 0 without a worker."""
        return min((worker.began_at for worker in self.workers if worker.began_at), default=0.0)

    @property
    def is_cut_short(self) -> bool:
        """True if a worker was killed, or ended before it had sent everything."""
        workers = [worker for worker in self.workers if worker.worker.startswith("worker")]
        return any(worker.unsent or not worker.is_closed for worker in workers)


def read_ledger(path: Path) -> WorkerLedger:
    """Return the ledger in the file *path*; a line that was cut off is counted and left out.

    Raises:
        UsageError: The file is the ledger of another version.
    """
    decoder = msgspec.json.Decoder(Line)
    opened: Opened | None = None
    closed: Closed | None = None
    sent: dict[int, Sent] = {}
    replies: dict[int, Reply] = {}
    requests: list[Request] = []
    lived: list[Lived] = []
    torn = 0
    for text in path.read_bytes().split(b"\n"):
        if not text:
            continue
        try:
            line = decoder.decode(text)
        except msgspec.DecodeError:
            torn += 1
            continue
        if isinstance(line, Sent):
            sent[line.number] = line
        elif isinstance(line, Reply):
            replies[line.number] = line
        elif isinstance(line, Request):
            requests.append(line)
        elif isinstance(line, Lived):
            lived.append(line)
        elif isinstance(line, Opened):
            opened = opened or line
        else:
            closed = line
    if opened is not None and opened.version != VERSION:
        raise UsageError(f"{path.name} is a ledger of format {opened.version}. This version reads format {VERSION}.")
    return WorkerLedger(
        worker=opened.worker if opened else path.stem,
        began_at=opened.began_at if opened else 0.0,
        attempts=tuple(Attempt(line, replies.get(number)) for number, line in sent.items()),
        requests=tuple(requests),
        lived=tuple(lived),
        is_closed=closed is not None,
        unsent=closed.unsent if closed else 0,
        torn=torn,
    )


def merged(ledgers: Iterable[WorkerLedger]) -> MergedLedger:
    """Return the ledgers of several workers as one."""
    workers = tuple(sorted(ledgers, key=lambda ledger: ledger.worker))
    attempts = [attempt for worker in workers for attempt in worker.attempts]
    return MergedLedger(
        workers=workers,
        attempts=tuple(sorted(attempts, key=lambda attempt: (attempt.sent.intended_at, attempt.sent.message_id))),
        requests=tuple(sorted((request for worker in workers for request in worker.requests), key=lambda line: line.at)),
        lived=tuple(line for worker in workers for line in worker.lived),
    )


def read_folder(folder: Path) -> MergedLedger:
    """Return every ledger in *folder*, merged.

    Raises:
        UsageError: A file is the ledger of another version.
    """
    return merged(read_ledger(path) for path in sorted(folder.glob(f"*{SUFFIX}")))
