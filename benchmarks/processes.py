"""Measured servers: started, awaited, measured and stopped, each by its process id."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from fiskil_harness.core.net.server import LOOPBACK, free_port

ROOT = Path(__file__).parent.parent
START_LIMIT_S = 60.0
POLL_EVERY_S = 0.002


class Process:
    """One server on a free port; ``first_response_s`` is the time from its start to its first response."""

    def __init__(self, command: Sequence[str], *, probe: bytes, folder: Path) -> None:
        """Start *command* and wait for a 200 to *probe*.

        Args:
            command: ``{port}`` is replaced by the port.
            probe: The bytes of a request.
            folder: Working folder of the server, and of its output file.

        Raises:
            RuntimeError: The server exited, or did not return 200 within a minute.
        """
        self.port = free_port()
        self._log = folder / f"{Path(command[0]).name}-{self.port}.log"
        arguments = [part.replace("{port}", str(self.port)) for part in command]
        # The servers of this folder are modules of the checkout, which is not their working folder.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))}
        started = time.perf_counter()
        with self._log.open("wb") as log:
            self._popen = subprocess.Popen(
                arguments,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._await_response(probe, started)
        except BaseException:
            self.close()
            raise
        self.first_response_s = time.perf_counter() - started

    def _await_response(self, probe: bytes, started: float) -> None:
        while (response := exchange(self.port, probe))[0] != 200:
            if self._popen.poll() is not None or time.perf_counter() - started > START_LIMIT_S:
                raise RuntimeError(f"{self._popen.args!r} returned {response!r} instead of 200 and wrote:\n{self.output()}")
            time.sleep(POLL_EVERY_S)

    def output(self) -> str:
        """Return the standard output and error of the server."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def await_line(self, beginning: str) -> str:
        """Return the first line of output with this *beginning*.

        Raises:
            RuntimeError: There was no such line within a minute.
        """
        started = time.perf_counter()
        while time.perf_counter() - started < START_LIMIT_S:
            for line in self.output().splitlines():
                if line.startswith(beginning):
                    return line
            time.sleep(POLL_EVERY_S)
        raise RuntimeError(f"{self._popen.args!r} wrote no line {beginning!r}:\n{self.output()}")

    def resident_mib(self) -> float:
        """Return the resident memory of the process and its children."""
        return sum(_resident_kib(pid) for pid in _tree(self._popen.pid)) / 1024

    def cpu_s(self) -> float:
        """Return the seconds of processor time of the process and its children."""
        return sum(_ticks(pid) for pid in _tree(self._popen.pid)) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Stop the process and its children."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._popen.poll() is None:
                os.killpg(self._popen.pid, number)
                try:
                    self._popen.wait(5)
                except subprocess.TimeoutExpired:
                    continue


def exchange(port: int, request: bytes) -> tuple[int, bytes]:
    """Send a request on a new connection; return status and body, or (0, b"") if nothing listens on *port*."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=10) as sock:
            sock.sendall(request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1))
            response = b"".join(iter(lambda: sock.recv(65_536), b""))
    except OSError:
        return 0, b""
    head, _, body = response.partition(b"\r\n\r\n")
    return (int(head[9:12]) if head[9:12].isdigit() else 0), body


def request(method: str, target: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """Return the bytes of one HTTP/1.1 request."""
    fields = {"host": LOOPBACK, "accept": "application/json", **(headers or {})}
    if body:
        fields["content-length"] = str(len(body))
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(grandchild for child in children for grandchild in _tree(int(child)))]


def _resident_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
