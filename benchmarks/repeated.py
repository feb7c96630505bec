"""Repeated gates with one seed: is `result` in the report the same each time, with few and with many workers, under load?

    python -m benchmarks.repeated                     the reference app, fast gates: two runs each with 1, 2 and 4 workers
    python -m benchmarks.repeated --whole --runs 5 --busy 10
    python -m benchmarks.repeated --config ../shop/fiskil-harness.toml

Prints the digest of each run, and the first places where a run differs from the first one. Exits with 1 if one does.
``--busy`` starts programs that only compute, so that the machine has that load.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "examples" / "reference_app" / "fiskil-harness.toml"
MOST_PLACES = 5


def gate(config: Path, workers: int, report: Path, *, seed: int, is_whole: bool) -> dict[str, Any]:
    """Run a gate, and return its report."""
    options = ["--config", str(config), "--seed", str(seed), "--workers", str(workers), "--json", str(report)]
    command = [sys.executable, "-m", "fiskil_harness", "gate", *options, *([] if is_whole else ["--fast"])]
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    if not report.exists():
        sys.exit(completed.stderr)
    document: dict[str, Any] = json.loads(report.read_bytes())
    return document


def differences(first: Any, other: Any, place: str = "result") -> Iterator[str]:
    """Yield the places where two results differ, with both values."""
    if isinstance(first, dict) and isinstance(other, dict):
        for name in sorted({*first, *other}):
            yield from differences(first.get(name), other.get(name), f"{place}.{name}")
    elif isinstance(first, list) and isinstance(other, list) and len(first) == len(other):
        for number, pair in enumerate(zip(first, other, strict=True)):
            label = pair[0].get("scenario", number) if isinstance(pair[0], dict) else number
            yield from differences(*pair, f"{place}[{label}]")
    elif first != other:
        yield f"{place}: {json.dumps(first)[:200]} | {json.dumps(other)[:200]}"


def main() -> int:
    """Run the gates one after another, and print a line for each."""
    parser = argparse.ArgumentParser(description="Gates with one seed, whose results must be equal.")
    parser.add_argument("--config", type=Path, default=REFERENCE, help="the app's config [the reference app]")
    parser.add_argument("--runs", type=int, default=2, help="runs with each number of workers [2]")
    parser.add_argument("--workers", default="1,2,4", help="numbers of workers [1,2,4]")
    parser.add_argument("--whole", action="store_true", help="whole gates, not fast ones")
    parser.add_argument("--busy", type=int, default=0, metavar="N", help="programs that compute meanwhile [0]")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.runs * len(options.workers.split(",")) < 2:
        parser.error("one run alone cannot be compared")
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.busy)]
    reports: list[dict[str, Any]] = []
    is_equal = True
    try:
        with tempfile.TemporaryDirectory() as folder:
            for workers in (int(text) for text in options.workers.split(",")):
                for run in range(options.runs):
                    began = time.monotonic()
                    report = Path(folder) / f"{workers}-{run}.json"
                    reports.append(gate(options.config, workers, report, seed=options.seed, is_whole=options.whole))
                    took_s = time.monotonic() - began
                    print(f"{workers} workers, {took_s:4.0f} s: {reports[-1]['sha256'][:16]}", flush=True)
                    found = list(differences(reports[0]["result"], reports[-1]["result"]))
                    print("".join(f"  {line}\n" for line in found[:MOST_PLACES]), end="", flush=True)
                    is_equal = is_equal and reports[0]["sha256"] == reports[-1]["sha256"]
    finally:
        for process in busy:
            process.kill()
            process.wait()
    print(f"{len(reports)} runs: {'all equal' if is_equal else 'not equal'}")
    return 0 if is_equal else 1


if __name__ == "__main__":
    sys.exit(main())
