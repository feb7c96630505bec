"""Measures what the relay adds to a request, against a relay of plain bytes, in one interleaved run on one core.

    python -m benchmarks.relay                   seven rounds; exit 1 if a bound is violated

A client, an API without any work, and a relay between them share one core, so that only their work is measured.
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
from benchmarks.load import put_load
from benchmarks.processes import Process, request

PAGE_REQUEST = request(
    "GET",
    "/v1/banking/accounts?end_user_id=eu_2gyfbTUPdZkaIYMCq1zyJzDCkHr",
    headers={"authorization": "Bearer " + "a" * 200, "user-agent": "benchmark", "x-fiskil-version": "v3"},
)
MOST_RATIO = 2.0
BUSY = 16
CONNECTIONS = (1, BUSY)
NAMES = ("direct", "plain", "ours")


def on_one_core() -> None:
    """Keep this process and its children on one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def run(rounds: int, seconds: float) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Return the figures of every round, by server and number of connections."""
    figures: dict[tuple[str, int], list[dict[str, Any]]] = {(name, count): [] for name in NAMES for count in CONNECTIONS}
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-benchmark-") as folder, contextlib.ExitStack() as cleanup:
        api = _start(Path(folder), cleanup, "api", "{port}")
        servers = {"direct": api.port}
        servers |= {name: _start(Path(folder), cleanup, name, "{port}", str(api.port)).port for name in ("plain", "ours")}
        for number in range(rounds):
            print(f"... round {number + 1} of {rounds}", flush=True)
            for at in range(len(NAMES)):
                name = NAMES[(at + number) % len(NAMES)]
                for count in CONNECTIONS:
                    load = put_load(PAGE_REQUEST, port=servers[name], seconds=seconds, warm_s=0.2, connections=count)
                    figures[name, count].append(load)
    return figures


def _start(folder: Path, cleanup: contextlib.ExitStack, *words: str) -> Process:
    process = Process([sys.executable, "-m", "benchmarks.relays", *words], probe=PAGE_REQUEST, folder=folder)
    cleanup.callback(process.close)
    return process


def ratio(figures: dict[tuple[str, int], list[dict[str, Any]]], count: int) -> float:
    """Return what the relay adds to the median request, divided by what the relay of plain bytes adds."""

    def p50(name: str) -> float:
        return median(row["p50_ms"] for row in figures[name, count])

    return (p50("ours") - p50("direct")) / (p50("plain") - p50("direct"))


def main() -> int:
    """Measure and print; return 1 if a bound is violated."""
    parser = argparse.ArgumentParser(description="What the relay adds to a request.")
    parser.add_argument("--rounds", type=int, default=7, help="rounds over all three [7]")
    parser.add_argument("--seconds", type=float, default=0.7, help="seconds of load each [0.7]")
    arguments = parser.parse_args()
    on_one_core()
    figures = run(arguments.rounds, arguments.seconds)
    print(f"\n{'':<8}{'conn':>5}{'p50 us':>9}{'p99 us':>9}{'per s':>10}")
    for (name, count), rounds in figures.items():
        p50, p99, rate = (median(row[figure] for row in rounds) for figure in ("p50_ms", "p99_ms", "per_second"))
        print(f"{name:<8}{count:>5}{p50 * 1000:>9.0f}{p99 * 1000:>9.0f}{rate:>10,.0f}")
    bar = Bar("added p50 against plain bytes, one connection", ratio(figures, 1), MOST_RATIO, is_floor=False)
    print(f"\n{bar}\n        with {BUSY} connections, which keep the core busy: {ratio(figures, BUSY):.2f}")
    return 0 if bar.is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
