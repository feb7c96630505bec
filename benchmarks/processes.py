"""Servers under measurement: started, waited for, weighed and ended, each by its own process id."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from fiskil_harness.core.net.server import LOOPBACK, free_port

START_LIMIT_S = 60.0
LOOK_EVERY_S = 0.002


class Process:
    """One server on a port of its own; ``first_answer_s`` is counted from the moment the process was asked for."""

    def __init__(self, command: Sequence[str], *, probe: bytes, folder: Path) -> None:
        """Start *command*, in which ``{port}`` stands for the port, and wait for a 200 to *probe*.

        Raises:
            RuntimeError: It ended, or gave no such answer within a minute.
        """
        self.port = free_port()
        self._log = folder / f"{Path(command[0]).name}-{self.port}.log"
        filled = [part.replace("{port}", str(self.port)) for part in command]
        begun = time.perf_counter()
        with self._log.open("wb") as log:
            self._popen = subprocess.Popen(
                filled, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        try:
            self._await_answer(probe, begun)
        except BaseException:
            self.close()
            raise
        self.first_answer_s = time.perf_counter() - begun

    def _await_answer(self, probe: bytes, begun: float) -> None:
        while (got := ask(self.port, probe))[0] != 200:
            if self._popen.poll() is not None or time.perf_counter() - begun > START_LIMIT_S:
                raise RuntimeError(f"{self._popen.args!r} gave no 200 but {got!r} and wrote:\n{self.output()}")
            time.sleep(LOOK_EVERY_S)

    def output(self) -> str:
        """What it wrote, standard output and error together."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def await_line(self, beginning: str) -> str:
        """The first line of its output that begins so.

        Raises:
            RuntimeError: There was none within a minute.
        """
        begun = time.perf_counter()
        while time.perf_counter() - begun < START_LIMIT_S:
            for line in self.output().splitlines():
                if line.startswith(beginning):
                    return line
            time.sleep(LOOK_EVERY_S)
        raise RuntimeError(f"{self._popen.args!r} wrote no line {beginning!r}:\n{self.output()}")

    def resident_mib(self) -> float:
        """Resident memory of the process and its children."""
        return sum(_resident_kib(pid) for pid in _tree(self._popen.pid)) / 1024

    def cpu_s(self) -> float:
        """Seconds of processor time that the process and its children have had."""
        return sum(_ticks(pid) for pid in _tree(self._popen.pid)) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End it and its children."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            if self._popen.poll() is None:
                os.killpg(self._popen.pid, how)
                try:
                    self._popen.wait(5)
                except subprocess.TimeoutExpired:
                    continue


def ask(port: int, request: bytes) -> tuple[int, bytes]:
    """One exchange on a connection of its own: status and everything after the head; (0, b"") where nobody listens."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=10) as sock:
            sock.sendall(request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1))
            answer = b"".join(iter(lambda: sock.recv(65_536), b""))
    except OSError:
        return 0, b""
    head, _, body = answer.partition(b"\r\n\r\n")
    return (int(head[9:12]) if head[9:12].isdigit() else 0), body


def request(method: str, target: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """The bytes of one HTTP/1.1 request."""
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
