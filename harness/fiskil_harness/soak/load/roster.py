"""The master's list of its workers: each has one place in the plan, and writes into its own ledger only."""

import os
from pathlib import Path

from fiskil_harness.soak.ledger import SUFFIX


class Roster:
    """The places of the workers of one run. A place stays with its worker, because some of its slots may have been sent."""

    def __init__(self, workers: int, *, folder: Path) -> None:
        """Start with *workers* free places; *folder* gets the ledgers of workers on other machines."""
        self._workers, self._folder = workers, folder
        self._places: dict[str, int] = {}

    def place_of(self, node_id: str) -> int | None:
        """Return the place of a worker, from 0; None if every place belongs to another worker."""
        if node_id not in self._places and len(self._places) < self._workers:
            self._places[node_id] = len(self._places)
        return self._places.get(node_id)

    def store(self, node_id: str, name: str, offset: int, content: bytes) -> bool:
        """Store a part of a worker's ledger, and return whether it was accepted.

        A part is refused if the ledger is not the worker's own, or if bytes before it are missing.
        """
        place = self._places.get(node_id)
        path = self._folder / f"worker-{place}{SUFFIX}"
        size = path.stat().st_size if path.exists() else 0
        if place is None or name != path.name or not 0 <= offset <= size:
            return False
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, content, offset)
        finally:
            os.close(descriptor)
        return True
