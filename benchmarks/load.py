"""The load: keep-alive connections that send a request, wait for the complete response and repeat.

Every server gets the same bytes from the same client, a separate process that ``put_load`` starts. It reads the request from
standard input and writes its figures as JSON.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

CONNECTIONS = 16
ROOT = Path(__file__).parent.parent


class Load:
    """The shared state of all connections: the request, the end, and the results."""

    def __init__(self, request: bytes, *, port: int, warm_s: float, seconds: float, requests: int) -> None:
        self.request, self.port, self.requests = request, port, requests
        self.started = time.perf_counter()
        self.counted_from = self.started + warm_s
        self.ends = self.counted_from + seconds if seconds else float("inf")
        self.sent = 0
        self.latencies_s: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.open = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def is_over(self, now: float) -> bool:
        """Return True if no further request is sent."""
        return now >= self.ends or (self.requests > 0 and self.sent >= self.requests)

    def figures(self) -> dict[str, Any]:
        """Return requests per second and latencies since the end of the warm-up."""
        latencies_s = sorted(self.latencies_s)
        seconds = min(time.perf_counter(), self.ends) - self.counted_from
        return {
            "per_second": len(latencies_s) / seconds,
            "p50_ms": _at(latencies_s, 0.50) * 1000,
            "p99_ms": _at(latencies_s, 0.99) * 1000,
            "requests": len(latencies_s),
            "sent": self.sent,
            "statuses": dict(self.statuses),
        }


class Connection(asyncio.Protocol):
    """One client. It connects again if the server closes the connection after a response."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._left = -1
        self._head = b""

    def connection_made(self, transport: Any) -> None:
        """Send the first request."""
        self._transport = transport
        self._load.open += 1
        self._send()

    def data_received(self, data: bytes) -> None:
        """Read a part of the response; when it is complete, send the next request."""
        if self._left >= 0:
            self._left -= len(data)
        elif not self._has_head(self._head + data):
            return
        if self._left == 0 or (self._is_chunked and data.endswith(b"0\r\n\r\n")):
            self._finish_response()

    def connection_lost(self, _error: Exception | None) -> None:
        """Connect again, or report that this client is done."""
        load = self._load
        load.open -= 1
        if not self._is_finished:
            load.statuses["broken"] += 1
        if not load.is_over(time.perf_counter()):
            # Only servers that do not keep connections close them here.
            self._again = asyncio.ensure_future(_connect(load))
        elif load.open == 0 and not load.over.done():
            load.over.set_result(None)

    def _send(self) -> None:
        self._load.sent += 1
        self._left, self._head, self._is_chunked, self._is_finished = -1, b"", False, False
        self._sent_at = time.perf_counter()
        self._transport.write(self._load.request)

    def _has_head(self, data: bytes) -> bool:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            self._head = data
            return False
        head = data[:end].lower()
        self._status = data[9:12].decode()
        self._closes = b"connection: close" in head or head.startswith(b"http/1.0")
        self._is_chunked = b"transfer-encoding: chunked" in head
        if self._is_chunked:
            self._left = sys.maxsize
        else:
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self._left = length - (len(data) - end - 4)
        return True

    def _finish_response(self) -> None:
        now = time.perf_counter()
        load = self._load
        self._is_finished = True
        if self._sent_at >= load.counted_from and now <= load.ends:
            load.latencies_s.append(now - self._sent_at)
            load.statuses[self._status] += 1
        if self._closes or load.is_over(now):
            self._transport.close()
        else:
            self._send()


async def _connect(load: Load) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: Connection(load), "127.0.0.1", load.port)


async def _run(arguments: argparse.Namespace, request: bytes) -> dict[str, Any]:
    load = Load(request, port=arguments.port, warm_s=arguments.warm, seconds=arguments.seconds, requests=arguments.requests)
    await asyncio.gather(*[_connect(load) for _ in range(arguments.connections)])
    await load.over
    return load.figures()


def put_load(
    request: bytes, *, port: int, seconds: float = 0, requests: int = 0, warm_s: float = 0, connections: int = CONNECTIONS
) -> dict[str, Any]:
    """Load the server on *port* for *seconds* after *warm_s*, or with *requests* requests, and return the figures.

    Raises:
        RuntimeError: The load failed, or a response was not 200.
    """
    command = [sys.executable, "-m", "benchmarks.load", str(port), f"--seconds={seconds}", f"--requests={requests}"]
    command += [f"--warm={warm_s}", f"--connections={connections}"]
    limit_s = seconds + warm_s + 300
    completed = subprocess.run(command, input=request, capture_output=True, check=False, timeout=limit_s, cwd=ROOT)
    if completed.returncode:
        raise RuntimeError(f"The load on port {port} failed: {completed.stderr.decode()[-1500:]}")
    figures: dict[str, Any] = json.loads(completed.stdout)
    if set(figures["statuses"]) != {"200"}:
        raise RuntimeError(f"Port {port} returned {figures['statuses']} for {request[:60]!r}.")
    return figures


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def _main() -> None:
    import uvloop

    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--requests", type=int, default=0)
    parser.add_argument("--warm", type=float, default=0)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    arguments = parser.parse_args()
    print(json.dumps(uvloop.run(_run(arguments, sys.stdin.buffer.read()))))


if __name__ == "__main__":
    _main()
