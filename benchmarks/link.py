"""What the link costs the sandbox when it only records, and how exactly it holds an answer back, on one core.

    python -m benchmarks.link                    seven rounds; exit 1 if a bar is missed

The sandbox behind an idle link that records, and the same one without it, are loaded in turn. A fault
that holds each page back for 50 ms is timed by a client of its own, which leaves the core idle in between.
"""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Bar
from benchmarks.links import LATE_MS
from benchmarks.load import ask_for
from benchmarks.processes import Process, request
from benchmarks.relay import on_one_core
from fiskil_harness.core.net.server import free_port

FIRST_QUESTION = request("GET", "/v1/institutions?client_id=benchmark")
LEAST_SHARE = 0.6
MOST_P50_MS, MOST_P99_MS = 1.0, 3.0
LATE_CLIENTS = 1

Figures = dict[str, list[dict[str, Any]]]


class Sandbox:
    """A running sandbox with its two ports, and ``ask``, the request for a page."""

    def __init__(self, folder: Path, cleanup: contextlib.ExitStack, *more: str) -> None:
        folder.mkdir()
        self.bare_port = free_port()
        command = [sys.executable, "-m", "benchmarks.links", "{port}", str(self.bare_port), *more]
        self.process = Process(command, probe=FIRST_QUESTION, folder=folder)
        cleanup.callback(self.process.close)
        self.process.await_line("ready")
        self.ask = (folder / "ask").read_bytes()


def run(rounds: int, seconds: float) -> Figures:
    """The figures of every round."""
    found: Figures = {"bare": [], "link": [], "late": []}
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-benchmark-") as name, contextlib.ExitStack() as cleanup:
        idle = Sandbox(Path(name) / "idle", cleanup)
        late = Sandbox(Path(name) / "late", cleanup, "--late")
        ports = {"bare": idle.bare_port, "link": idle.process.port}
        for port in ports.values():
            ask_for(idle.ask, port=port, seconds=1)
        for number in range(rounds):
            print(f"... round {number + 1} of {rounds}", flush=True)
            for what in list(ports)[:: 1 if number % 2 else -1]:
                found[what].append(ask_for(idle.ask, port=ports[what], seconds=seconds, warm_s=0.2))
            got = ask_for(late.ask, port=late.process.port, seconds=2 * seconds, warm_s=0.2, connections=LATE_CLIENTS)
            found["late"].append(got)
    return found


def bars(found: Figures) -> list[Bar]:
    """What the link must keep."""

    def middle(what: str, figure: str) -> float:
        return median(row[figure] for row in found[what])

    return [
        Bar(
            "requests per second behind the link against without",
            middle("link", "per_second") / middle("bare", "per_second"),
            LEAST_SHARE,
            is_floor=True,
        ),
        Bar("ms by which the p50 of 50 ms is off", abs(middle("late", "p50_ms") - LATE_MS), MOST_P50_MS, is_floor=False),
        Bar("ms by which the p99 of 50 ms is off", abs(middle("late", "p99_ms") - LATE_MS), MOST_P99_MS, is_floor=False),
    ]


def main() -> int:
    """Measure and print; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description="What the link costs, and how exact it is.")
    parser.add_argument("--rounds", type=int, default=7, help="rounds over all three [7]")
    parser.add_argument("--seconds", type=float, default=1, help="seconds of load each [1]")
    arguments = parser.parse_args()
    on_one_core()
    found = run(arguments.rounds, arguments.seconds)
    print(f"\n{'':<8}{'p50 ms':>9}{'p99 ms':>9}{'per s':>10}")
    for what, rounds in found.items():
        p50, p99, rate = (median(row[figure] for row in rounds) for figure in ("p50_ms", "p99_ms", "per_second"))
        print(f"{what:<8}{p50:>9.2f}{p99:>9.2f}{rate:>10,.0f}")
    judged = bars(found)
    print("\n" + "\n".join(map(str, judged)))
    return 0 if all(bar.is_met for bar in judged) else 1


if __name__ == "__main__":
    raise SystemExit(main())
