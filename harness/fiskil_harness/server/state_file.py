"""The file in which ``serve`` keeps its state, so that the next start continues from it.

The file is replaced as a whole, before the response to each request that may have changed the state, so a process that is
killed leaves the state of its last response. A digest shows whether the file is as it was written.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.errors import HarnessError, UsageError
from fiskil_harness.sandbox.saved_state import SavedState
from fiskil_harness.webhooks.retry_schedule import ParcelState

FORMAT = 1
"""The format of the file. It changes whenever a file of an earlier version could be read in a wrong way."""

Write = Callable[[Path, str], None]
"""Replaces the file at a path by a text, at once and readable only for its owner; raises HarnessError if that fails."""


class Content(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The state of the sandbox, and of each message that was attempted, by its message id."""

    sandbox: SavedState
    deliveries: dict[str, ParcelState]


class _Head(Struct, frozen=True, kw_only=True):
    """The part that every format has."""

    fiskil_harness_state: int


class _File(_Head, frozen=True, kw_only=True):
    """The whole file; ``now`` is the sandbox time at which it was written."""

    seed: int
    now: datetime
    sha256: str
    content: msgspec.Raw


class StateFile:
    """One state file, which no other process can use until it is closed.

    ``content`` is the state at the start, and ``now`` its sandbox time; both are None for a new file.
    """

    def __init__(self, path: Path, *, seed: int, write: Write) -> None:
        """Read the file if it exists.

        Raises:
            UsageError: The file belongs to another process, is incomplete or was changed, or has another format or seed.
        """
        self.path = path.resolve()
        self._seed, self._write = seed, write
        self._changing = threading.Lock()
        self._counting = threading.Lock()
        self._count = self._written_count = 0
        self._written = b""
        self._lock = self._locked()
        try:
            self._sweep()
            file = self._read()
            self.content: Content | None = self._content(file) if file else None
            self.now: datetime | None = file.now if file else None
        except BaseException:
            self.close()
            raise

    def save(self, now: datetime, capture: Callable[[], Content]) -> None:
        """Write what *capture* returns, unless it is what the file contains; *now* is the sandbox time.

        Any thread may call this. A call returns when the file contains its state or a later one.

        Raises:
            HarnessError: The file could not be written.
        """
        with self._counting:
            # Captured under the lock, so that the states are numbered in the order of their times.
            self._count += 1
            count, encoded = self._count, msgspec.json.encode(capture())
        with self._changing:
            if count < self._written_count or encoded == self._written:
                return
            file = _File(
                fiskil_harness_state=FORMAT,
                seed=self._seed,
                now=now,
                sha256=_digest(now, encoded),
                content=msgspec.Raw(encoded),
            )
            self._write(self.path, msgspec.json.encode(file).decode() + "\n")
            self._written, self._written_count = encoded, count

    def refuse(self, reason: str) -> UsageError:
        """Return the error for a file that cannot be used, with the remedy."""
        return UsageError(f"{str(self.path)!r} {reason}. Give another file, or delete this one to start without its state.")

    def close(self) -> None:
        """Let other processes use the file."""
        os.close(self._lock)

    def _locked(self) -> int:
        # A file beside it is locked, because each writing replaces the state file itself.
        beside = self.path.with_name(f".{self.path.name}.lock")
        try:
            descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise UsageError(f"Cannot write {str(beside)!r}: {error.strerror}.") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise UsageError(
                f"{str(self.path)!r} belongs to a serve that is still running. Stop that serve, or give another file."
            ) from None
        return descriptor

    def _sweep(self) -> None:
        """Remove what a process left that was killed while it wrote the file: a copy, which contains the secrets too."""
        unfinished = re.compile(re.escape(f".{self.path.name}.") + r"[0-9a-f]{8}")
        for entry in self.path.parent.iterdir():
            if unfinished.fullmatch(entry.name):
                with contextlib.suppress(OSError):  # such as a folder, which serve did not write
                    entry.unlink()

    def _read(self) -> _File | None:
        if self.path.exists() and not self.path.is_file():
            raise UsageError(f"{str(self.path)!r} is not a regular file. Give another path.")
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UsageError(f"Cannot read {str(self.path)!r}: {error.strerror}.") from None
        try:
            found = msgspec.json.decode(text, type=_Head).fiskil_harness_state
            if found != FORMAT:
                raise self.refuse(f"has format {found}, and this version of serve reads format {FORMAT}")
            file = msgspec.json.decode(text, type=_File)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise self.refuse("is no complete state file of serve") from None
        if file.seed != self._seed:
            raise UsageError(
                f"{str(self.path)!r} is a state of --seed {file.seed}, not of {self._seed}. "
                f"Give --seed {file.seed}, or another file."
            )
        return file

    def _content(self, file: _File) -> Content:
        encoded = bytes(file.content)
        if file.sha256 != _digest(file.now, encoded):
            raise self.refuse("was changed after serve had written it")
        try:
            content = msgspec.json.decode(encoded, type=Content)
        except (msgspec.MsgspecError, HarnessError):
            raise self.refuse("was written by another version of serve") from None
        if _has_time_without_zone([file.now, msgspec.to_builtins(content, builtin_types=(datetime,))]):
            raise self.refuse("has a time without a time zone")
        return content


def _has_time_without_zone(node: Any) -> bool:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list | tuple):
        return any(map(_has_time_without_zone, node))
    return isinstance(node, datetime) and node.tzinfo is None


def _digest(now: datetime, encoded: bytes) -> str:
    return hashlib.sha256(now.isoformat().encode() + b"\n" + encoded).hexdigest()
