"""Measures what the proxy costs the sandbox when it only records, and how exact its delays are, on one core.

    python -m benchmarks.link                    seven rounds; exit 1 if a bound is violated

The sandbox behind a recording proxy, and the same one without it, are loaded in turn. A fault that delays each page by
50 ms is timed by a single client, which leaves the core idle in between.
"""

import argparse
import contextlib
import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Bar
from benchmarks.links import LATE_MS
from benchmarks.load import put_load
from benchmarks.processes import Process, request
from fiskil_harness.core.net.server import free_port

FIRST_REQUEST = request("GET", "/v1/institutions?client_id=benchmark")
LEAST_SHARE = 0.6
MOST_P50_MS, MOST_P99_MS = 1.0, 3.0
LATE_CLIENTS = 1

Figures = dict[str, list[dict[str, Any]]]


def on_one_core() -> None:
    """Keep this process and its children on one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


class Sandbox:
    """A running sandbox with its two ports, and ``page_request``, the request for a page."""

    def __init__(self, folder: Path, cleanup: contextlib.ExitStack, *more: str) -> None:
        folder.mkdir()
        self.bare_port = free_port()
        command = [sys.executable, "-m", "benchmarks.links", "{port}", str(self.bare_port), *more]
        self.process = Process(command, probe=FIRST_REQUEST, folder=folder)
        cleanup.callback(self.process.close)
        self.process.await_line("ready")
        self.page_request = (folder / "page-request").read_bytes()


def run(rounds: int, seconds: float) -> Figures:
    """Return the figures of every round, by what was loaded."""
    figures: Figures = {"bare": [], "link": [], "late": []}
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-benchmark-") as folder, contextlib.ExitStack() as cleanup:
        idle = Sandbox(Path(folder) / "idle", cleanup)
        late = Sandbox(Path(folder) / "late", cleanup, "--late")
        ports = {"bare": idle.bare_port, "link": idle.process.port}
        for port in ports.values():
            put_load(idle.page_request, port=port, seconds=1)
        for number in range(rounds):
            print(f"... round {number + 1} of {rounds}", flush=True)
            for name in list(ports)[:: 1 if number % 2 else -1]:
                figures[name].append(put_load(idle.page_request, port=ports[name], seconds=seconds, warm_s=0.2))
            figures["late"].append(
                put_load(
                    late.page_request, port=late.process.port, seconds=2 * seconds, warm_s=0.2, connections=LATE_CLIENTS
                )
            )
    return figures


def bars(figures: Figures) -> list[Bar]:
    """Return the bounds that the proxy must keep."""

    def median_of(name: str, figure: str) -> float:
        return median(row[figure] for row in figures[name])

    return [
        Bar(
            "requests per second with the proxy against without",
            median_of("link", "per_second") / median_of("bare", "per_second"),
            LEAST_SHARE,
            is_floor=True,
        ),
        Bar("ms by which the p50 of 50 ms is off", abs(median_of("late", "p50_ms") - LATE_MS), MOST_P50_MS, is_floor=False),
        Bar("ms by which the p99 of 50 ms is off", abs(median_of("late", "p99_ms") - LATE_MS), MOST_P99_MS, is_floor=False),
    ]


def main() -> int:
    """Measure and print; return 1 if a bound is violated."""
    parser = argparse.ArgumentParser(description="What the proxy costs, and how exact its delays are.")
    parser.add_argument("--rounds", type=int, default=7, help="rounds over all three [7]")
    parser.add_argument("--seconds", type=float, default=1, help="seconds of load each [1]")
    arguments = parser.parse_args()
    on_one_core()
    figures = run(arguments.rounds, arguments.seconds)
    print(f"\n{'':<8}{'p50 ms':>9}{'p99 ms':>9}{'per s':>10}")
    for name, rounds in figures.items():
        p50, p99, rate = (median(row[figure] for row in rounds) for figure in ("p50_ms", "p99_ms", "per_second"))
        print(f"{name:<8}{p50:>9.2f}{p99:>9.2f}{rate:>10,.0f}")
    results = bars(figures)
    print("\n" + "\n".join(map(str, results)))
    return 0 if all(bar.is_met for bar in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
