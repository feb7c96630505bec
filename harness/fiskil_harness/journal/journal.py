"""The append-only record of one scenario. Many threads may write to it."""

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.journal.entries.deliveries import Delivery, Headers
from fiskil_harness.journal.entries.entry import Entry

BODY_KEPT = 65_536
"""Maximum length in bytes of a body that is kept whole; of a longer body, only the head, length and digest are kept."""
HEAD_KEPT = 4096
"""Number of bytes at the beginning of a longer body that are kept."""
_CUT = re.compile(rb"\n\[\.\.\. (\d+) bytes, sha256 [0-9a-f]+\]\Z")

E_ = TypeVar("E_", bound=Entry)


class Journal:
    """The record of one scenario; every method is safe to call from any thread.

    *step* is the index of the current step. *names* maps ids to the symbols that reports use. *read* is a function that
    extracts the fields of a delivery from its body and headers; it is set if deliveries are not in Fiskil's format.
    """

    def __init__(self, *, newest: int | None = None) -> None:
        """Start with no entries.

        Args:
            newest: Number of entries to keep, for a journal that grows without limit; older entries are discarded
                (default: keep all).
        """
        self._entries: deque[Any] = deque(maxlen=newest)
        self._has_deferred = False
        self._by_kind: dict[type[Entry], list[Any]] = {}
        self._lock = threading.Lock()
        self._elapsed = stopwatch()
        self.step = -1
        self.names: dict[str, str] = {}
        self.read: Callable[[bytes, Headers], dict[str, str]] | None = None

    def elapsed_s(self) -> float:
        """Return the real seconds since the scenario began."""
        return self._elapsed()

    def write(self, entry: Entry) -> None:
        """Append *entry*; if ``read`` is set, fill in the ``content`` of a delivery first."""
        if self.read is not None and isinstance(entry, Delivery):
            entry = msgspec.structs.replace(entry, content=self.read(entry.body, entry.headers))
        with self._lock:
            self._entries.append(entry)
            self._by_kind = {}

    def write_deferred(self, make: Callable[..., Entry], *parts: Any) -> None:
        """Append an entry that ``make(*parts)`` builds when the journal is first read; most such entries are never read."""
        with self._lock:
            self._entries.append((make, parts))
            self._has_deferred = True
            self._by_kind = {}

    def discard(self, kind: type[Entry]) -> None:
        """Remove every entry of class *kind*, which is about to be written again."""
        kept = [entry for entry in self if not isinstance(entry, kind)]
        with self._lock:
            self._entries = deque(kept, maxlen=self._entries.maxlen)
            self._by_kind = {}

    def stamp(self) -> dict[str, Any]:
        """Return the current ``at_s`` and ``step``, as keyword arguments for an entry."""
        return {"at_s": self.elapsed_s(), "step": self.step}

    def span(self, began_s: float) -> dict[str, Any]:
        """Return a stamp with ``took_s``, the time since *began_s*: the entry's begin is exactly *began_s*."""
        stamp = self.stamp()
        return {**stamp, "took_s": stamp["at_s"] - began_s}

    def all(self, kind: type[E_]) -> list[E_]:
        """Return every entry of class *kind*, in the order in which they were written."""
        # Probes request the same kinds of a finished journal again and again; an app may have made ten thousand calls.
        by_kind = self._by_kind
        if kind not in by_kind:
            by_kind[kind] = [entry for entry in self if isinstance(entry, kind)]
        return by_kind[kind].copy()

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            if self._has_deferred:
                entries = [entry[0](*entry[1]) if isinstance(entry, tuple) else entry for entry in self._entries]
                self._entries = deque(entries, maxlen=self._entries.maxlen)
                self._has_deferred = False
            return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)


def length_if_cut(body: bytes) -> int | None:
    """Return the length of the whole body if *body* is a result of ``shortened`` without the rest; else None."""
    cut = _CUT.search(body)
    return int(cut[1]) if cut else None


def shortened(body: bytes) -> bytes:
    """Return *body* as the journal keeps it: whole, or its first bytes followed by a line with length and digest."""
    if len(body) <= BODY_KEPT:
        return body
    import hashlib

    return body[:HEAD_KEPT] + f"\n[... {len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}]".encode()
