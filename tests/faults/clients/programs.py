"""Clients in a separate process that exchange lines of JSON with the tests: Node.js, and Python with one library.

A call that was given up may go on in the process for as long as a server demands; it ends with the process.
"""

import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

from tests.faults.clients.requests_made import ClientRequest, ClientResult, NumberedRequest, NumberedResult
from tests.paths import ROOT

HERE = Path(__file__).parent


class Program:
    """A process that performs requests; any number of threads may use it at once."""

    def __init__(self, *command: str, ca_file: str = "") -> None:
        """Start the process; Node.js reads *ca_file* only at its start."""
        self._command = command
        self.keeps_connections = command[0] == "node"
        environment = {"NODE_EXTRA_CA_CERTS": ca_file} if ca_file else {}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self.version = str(msgspec.json.decode(self._output.readline())["version"]).removeprefix("v")
        self._numbers = itertools.count()
        self._waiting: dict[int, SimpleQueue[ClientResult]] = {}
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def call(self, request: ClientRequest) -> ClientResult:
        """Send the request to the process, and wait for its result until the deadline."""
        number, results = next(self._numbers), SimpleQueue[ClientResult]()
        self._waiting[number] = results
        line = msgspec.json.encode(NumberedRequest(number=number, request=request))
        with self._lock:
            self._input.write(line + b"\n")
            self._input.flush()
        try:
            return results.get(timeout=request.deadline_s)
        except Empty:
            return ClientResult(error="deadline")

    def trusting(self, ca_file: str) -> "Program":
        """Return a new process that trusts *ca_file*."""
        return Program(*self._command, ca_file=ca_file)

    def close(self) -> None:
        """End the process, even if calls are in progress."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._input.close()
        self._output.close()

    def _read(self) -> None:
        for line in self._output:
            numbered = msgspec.json.decode(line, type=NumberedResult)
            self._waiting.pop(numbered.number).put(numbered.result)


def node() -> Program:
    """Return a process that calls ``fetch()`` of Node.js."""
    return Program("node", str(HERE / "fetching.mjs"))


def python(library: str) -> Program:
    """Return a process that uses a Python library."""
    return Program(sys.executable, "-m", "tests.faults.clients.fetching", library)
