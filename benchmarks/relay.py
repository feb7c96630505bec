"""What the relay adds to a call of the hosted API, beside what plain bytes add, in one interleaved run on one core.

    python -m benchmarks.relay                   seven rounds; exit 1 if a bar is missed

A client, an API that takes no time, and a relay between them share one core, so that what is measured is work and not luck.
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
from benchmarks.load import ask_for
from benchmarks.processes import Process, request

ASK = request(
    "GET",
    "/v1/banking/accounts?end_user_id=eu_2gyfbTUPdZkaIYMCq1zyJzDCkHr",
    headers={"authorization": "Bearer " + "a" * 200, "user-agent": "benchmark", "x-fiskil-version": "v3"},
)
MOST = 2.0
BUSY = 16
CONNECTIONS = (1, BUSY)
NAMES = ("direct", "plain", "ours")


def on_one_core() -> None:
    """Keep this process and all that it starts on one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def run(rounds: int, seconds: float) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """The figures of every round, by what was loaded and over how many connections."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = {(name, many): [] for name in NAMES for many in CONNECTIONS}
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-benchmark-") as name, contextlib.ExitStack() as cleanup:
        api = _start(Path(name), cleanup, "api", "{port}")
        servers = {"direct": api.port}
        servers |= {what: _start(Path(name), cleanup, what, "{port}", str(api.port)).port for what in ("plain", "ours")}
        for number in range(rounds):
            print(f"... round {number + 1} of {rounds}", flush=True)
            for at in range(len(NAMES)):
                what = NAMES[(at + number) % len(NAMES)]
                for many in CONNECTIONS:
                    got = ask_for(ASK, port=servers[what], seconds=seconds, warm_s=0.2, connections=many)
                    found[what, many].append(got)
    return found


def _start(folder: Path, cleanup: contextlib.ExitStack, *words: str) -> Process:
    process = Process([sys.executable, "-m", "benchmarks.relays", *words], probe=ASK, folder=folder)
    cleanup.callback(process.close)
    return process


def ratio(found: dict[tuple[str, int], list[dict[str, Any]]], many: int) -> float:
    """What the relay adds to the middle call, against what plain bytes add."""

    def p50(name: str) -> float:
        return median(row["p50_ms"] for row in found[name, many])

    return (p50("ours") - p50("direct")) / (p50("plain") - p50("direct"))


def main() -> int:
    """Measure and print; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description="What the relay adds to a call.")
    parser.add_argument("--rounds", type=int, default=7, help="rounds over all three [7]")
    parser.add_argument("--seconds", type=float, default=0.7, help="seconds of load each [0.7]")
    arguments = parser.parse_args()
    on_one_core()
    found = run(arguments.rounds, arguments.seconds)
    print(f"\n{'':<8}{'conn':>5}{'p50 us':>9}{'p99 us':>9}{'per s':>10}")
    for (name, many), rounds in found.items():
        p50, p99, rate = (median(row[what] for row in rounds) for what in ("p50_ms", "p99_ms", "per_second"))
        print(f"{name:<8}{many:>5}{p50 * 1000:>9.0f}{p99 * 1000:>9.0f}{rate:>10,.0f}")
    bar = Bar("added p50 against plain bytes, one connection", ratio(found, 1), MOST, is_floor=False)
    print(f"\n{bar}\n        with {BUSY} connections, which never leave the core idle: {ratio(found, BUSY):.2f}")
    return 0 if bar.is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
