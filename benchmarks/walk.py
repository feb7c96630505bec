"""Reads 100,000 transactions page by page, against bare Starlette that encodes a page of prepared dicts.

    python -m benchmarks.walk                    five rounds; exit 1 if a bound is violated
    python -m benchmarks.walk --rows 1000000     one end user with a million rows

Each round reads the rows of another end user for the first time, so the sandbox generates every row. Both servers are
separate processes with the same uvicorn. Rounds alternate between them, and medians within the run are compared.
"""

import argparse
import contextlib
import json
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.figures import Bar
from benchmarks.processes import Process, request
from fiskil_harness.core.net.server import LOOPBACK

PAGE = 1000
MOST_TIMES = 2.0
MOST_MIB = 30.0
FLATNESS = 1.5


class Walker:
    """A client that requests page after page on one connection."""

    def __init__(self, port: int, *, token: str = "") -> None:
        self._socket = socket.create_connection((LOOPBACK, port), timeout=60)
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def pages(self, target: str) -> Iterator[tuple[float, bytes]]:
        """Yield the seconds and the body of each page, following ``links.next`` to the end."""
        while target:
            started = time.perf_counter()
            self._socket.sendall(request("GET", target, headers=self._headers))
            body = self._response_body()
            yield time.perf_counter() - started, body
            _, has_next, link = body[-600:].partition(b'"next":"')
            target = "/" + link.split(b'"')[0].decode().split("/", 3)[3] if has_next else ""

    def _response_body(self) -> bytes:
        head, _, body = self._socket.recv(65_536).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"A page of the walk returned {head!r} {body!r}.")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        parts, left = [body], length - len(body)
        while left:
            parts.append(self._socket.recv(min(left, 1 << 20)))
            left -= len(parts[-1])
        return b"".join(parts)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


class WalkTimes:
    """Seconds of whole walks, and the ratios of their last to their first pages."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.tenths: list[float] = []

    def walk(self, walker: Walker, target: str, *, rows: int) -> None:
        """Read all pages, and keep the times."""
        pages = [(seconds, body.count(b'"fiskil_id"')) for seconds, body in walker.pages(target)]
        if sum(count for _, count in pages) < rows:
            raise RuntimeError(f"The walk from {target} returned {sum(count for _, count in pages)} of {rows} rows.")
        tenth = max(1, len(pages) // 10)
        self.seconds.append(sum(seconds for seconds, _ in pages))
        self.tenths.append(
            median(seconds for seconds, _ in pages[-tenth - 1 : -1]) / median(seconds for seconds, _ in pages[:tenth])
        )


def run(arguments: argparse.Namespace, folder: Path, cleanup: contextlib.ExitStack) -> list[Bar]:
    """Start both servers, walk in turn, and return the bounds."""
    server = [sys.executable, "-m", "benchmarks.long_history", "{port}", f"--rows={arguments.rows}", f"--folder={folder}"]
    probe = request("GET", "/v1/institutions?client_id=benchmark")
    ours = Process([*server, f"--end-users={arguments.rounds + 1}"], probe=probe, folder=Path.cwd())
    cleanup.callback(ours.close)
    credentials = json.loads((folder / "credentials.json").read_text())
    bare = Process([*server, "--bare"], probe=request("GET", "/"), folder=Path.cwd())
    cleanup.callback(bare.close)
    walks = {"ours": WalkTimes(), "bare": WalkTimes()}
    servers = {"ours": (ours.port, credentials["token"]), "bare": (bare.port, "")}
    resident: list[float] = []
    for number, end_user_id in enumerate(credentials["end_user_ids"]):
        before = ours.resident_mib()
        targets = {"ours": f"/v1/banking/transactions?end_user_id={end_user_id}&page[size]={PAGE}", "bare": "/walk/0"}
        for name in sorted(targets, reverse=number % 2 == 0):
            with contextlib.closing(Walker(servers[name][0], token=servers[name][1])) as walker:
                walks[name].walk(walker, targets[name], rows=arguments.rows)
        resident.append(ours.resident_mib() - before)
        print(
            f"... round {number}: " + ", ".join(f"{name} {walk.seconds[-1]:.3f} s" for name, walk in walks.items()),
            flush=True,
        )
    for walk in walks.values():
        del walk.seconds[0]
    print(f"bare Starlette {median(walks['bare'].seconds):.3f} s, fiskil-harness {median(walks['ours'].seconds):.3f} s")
    return [
        Bar("first walk against bare Starlette", _ratio(walks), MOST_TIMES, is_floor=False),
        Bar("MiB grown by the first walk", resident[0], MOST_MIB, is_floor=False),
        Bar("MiB grown by each later walk", median(resident[1:]), 3, is_floor=False),
        Bar("a page at the end against one at the start", median(walks["ours"].tenths), FLATNESS, is_floor=False),
    ]


def _ratio(walks: dict[str, WalkTimes]) -> float:
    return median(walks["ours"].seconds) / median(walks["bare"].seconds)


def main() -> int:
    """Measure and print; return 1 if a bound is violated."""
    parser = argparse.ArgumentParser(description="A walk over many transactions.")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of each end user [100000]")
    parser.add_argument("--rounds", type=int, default=5, help="walks of each server after a first one [5]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-walk-") as name, contextlib.ExitStack() as cleanup:
        bars = run(arguments, Path(name), cleanup)
    print("\n".join(map(str, bars)))
    return 0 if all(bar.is_met for bar in bars) else 1


if __name__ == "__main__":
    raise SystemExit(main())
