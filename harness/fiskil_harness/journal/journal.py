"""The append-only record itself; one thing that many threads write to."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.journal.entries.deliveries import Delivery, Headers
from fiskil_harness.journal.entries.entry import Entry

BODY_KEPT = 65_536
"""Longer bodies are kept as digest, length and head (see ``kept``)."""
HEAD_KEPT = 4096


E_ = TypeVar("E_", bound=Entry)


class Journal:
    """The record; appending is safe from every thread."""

    def __init__(self, *, newest: int | None = None) -> None:
        """Start empty; *newest* is how many entries are kept, the newest ones, where a record has no end of its own."""
        self._entries: deque[Any] = deque(maxlen=newest)
        self._has_parts = False
        self._lock = threading.Lock()
        self._elapsed = stopwatch()
        self.step = -1
        self.names: dict[str, str] = {}
        self.read: Callable[[bytes, Headers], dict[str, str]] | None = None

    def elapsed_s(self) -> float:
        """Real seconds since the scenario began."""
        return self._elapsed()

    def write(self, entry: Entry) -> None:
        """Append *entry*; of a delivery that is worded in another way than Fiskil's, what it says is noted too."""
        if self.read is not None and isinstance(entry, Delivery):
            entry = msgspec.structs.replace(entry, content=self.read(entry.body, entry.headers))
        with self._lock:
            self._entries.append(entry)

    def write_parts(self, make: Callable[..., Entry], *parts: Any) -> None:
        """Append the entry that ``make(*parts)`` is; it is made when somebody reads, because most are never read."""
        with self._lock:
            self._entries.append((make, parts))
            self._has_parts = True

    def stamp(self) -> dict[str, Any]:
        """The ``at_s`` and ``step`` of an entry that is made now."""
        return {"at_s": self.elapsed_s(), "step": self.step}

    def all(self, kind: type[E_]) -> list[E_]:
        """Every entry of *kind*, in the order they were written."""
        return [entry for entry in self if isinstance(entry, kind)]

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            if self._has_parts:
                made = [entry[0](*entry[1]) if isinstance(entry, tuple) else entry for entry in self._entries]
                self._entries = deque(made, maxlen=self._entries.maxlen)
                self._has_parts = False
            return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)


def shortened(body: bytes) -> bytes:
    """Return *body* as the journal keeps it: whole, or its head with digest and length."""
    if len(body) <= BODY_KEPT:
        return body
    keeping = Keeping()
    keeping.take(body)
    return keeping.kept()


class Keeping:
    """A body that comes in pieces, kept as ``kept`` keeps it; no more of it is ever held. ``length`` counts all of it."""

    def __init__(self) -> None:
        self.length = 0
        self._pieces: list[bytes] = []
        self._digest: Any = None

    def take(self, piece: bytes) -> None:
        """Add the next piece."""
        self.length += len(piece)
        if self._digest is not None:
            self._digest.update(piece)
            return
        self._pieces.append(piece)
        if self.length > BODY_KEPT:
            import hashlib

            whole = b"".join(self._pieces)
            self._digest, self._pieces = hashlib.sha256(whole), [whole[:HEAD_KEPT]]

    def kept(self) -> bytes:
        """What the journal has of it."""
        told = b"".join(self._pieces)
        if self._digest is None:
            return told
        return told + f"\n[... {self.length} bytes, sha256 {self._digest.hexdigest()}]".encode()
