"""Clients that live in a process of their own and are asked by lines of JSON: Node.js, and Python with one of its libraries.

A client that is given up may wait on for as long as a server told it to; it ends with its process.
"""

import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

from tests.faults.clients.requests_made import Asked, Heard, Question, Told
from tests.paths import ROOT

HERE = Path(__file__).parent


class Program:
    """A process that answers; any number of threads may ask at once."""

    def __init__(self, *command: str, ca_file: str = "") -> None:
        """Start it; what Node.js trusts, it trusts from its start on."""
        self._command = command
        self.keeps_connections = command[0] == "node"
        trusted = {"NODE_EXTRA_CA_CERTS": ca_file} if ca_file else {}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT), **trusted}
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asked, self._answers = self._process.stdin, self._process.stdout
        self.version = str(msgspec.json.decode(self._answers.readline())["version"]).removeprefix("v")
        self._numbers = itertools.count()
        self._waiting: dict[int, SimpleQueue[Heard]] = {}
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask(self, question: Question) -> Heard:
        """Hand it over and wait for what came of it, until the deadline."""
        number, answer = next(self._numbers), SimpleQueue[Heard]()
        self._waiting[number] = answer
        line = msgspec.json.encode(Asked(number=number, question=question))
        with self._lock:
            self._asked.write(line + b"\n")
            self._asked.flush()
        try:
            return answer.get(timeout=question.deadline_s)
        except Empty:
            return Heard(trouble="deadline")

    def trusting(self, ca_file: str) -> "Program":
        """A process of its own."""
        return Program(*self._command, ca_file=ca_file)

    def close(self) -> None:
        """End the process, whatever it still waits for."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._asked.close()
        self._answers.close()

    def _read(self) -> None:
        for line in self._answers:
            told = msgspec.json.decode(line, type=Told)
            self._waiting.pop(told.number).put(told.heard)


def node() -> Program:
    """``fetch()`` of Node.js."""
    return Program("node", str(HERE / "fetching.mjs"))


def python(library: str) -> Program:
    """A Python library."""
    return Program(sys.executable, "-m", "tests.faults.clients.fetching", library)
