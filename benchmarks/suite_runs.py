"""Repeated runs of the quick suite in random order, half of them beside a program that stops processes of the suite.

    python -m benchmarks.suite_runs --runs 20

The program stops one random process of the suite at a time, for up to three seconds: a worker of pytest, an app, a browser
or a database. Each run prints a line: its seed, how many processes were stopped, and what pytest counted. Exits with 1 if a
test was red in any run.
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
LONGEST_STOP_S = 3.0
LONGEST_PAUSE_S = 1.0
"""The longest time between two stops."""
COUNTS = re.compile(r"^\d+ (?:passed|failed|error).*$", re.MULTILINE)
RED = re.compile(r"^(?:FAILED|ERROR) .*$", re.MULTILINE)


class Stopper(threading.Thread):
    """Stops random descendants of the process *pid*, one at a time, until ``end`` is called."""

    def __init__(self, pid: int, *, seed: int) -> None:
        super().__init__(daemon=True)
        self._suite = psutil.Process(pid)
        self._random = random.Random(seed)
        self._is_over = threading.Event()
        self.count = 0

    def run(self) -> None:
        """Stop a process, let it continue, wait, and begin again."""
        while not self._is_over.wait(self._random.uniform(0, LONGEST_PAUSE_S)):
            with suppress(psutil.Error, IndexError):
                process = self._random.choice(self._suite.children(recursive=True))
                process.suspend()
                try:
                    self.count += 1
                    self._is_over.wait(self._random.uniform(0, LONGEST_STOP_S))
                finally:
                    process.resume()

    def end(self) -> None:
        """Let every process continue."""
        self._is_over.set()
        self.join()


def run_suite(seed: int, workers: int, *, is_disturbed: bool, log: Path) -> tuple[str, list[str]]:
    """Run the quick suite once, and return what pytest counted, and the lines about red tests."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "--dist", "worksteal", f"--randomly-seed={seed}"]
    with log.open("w") as output, subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output) as suite:
        stopper = Stopper(suite.pid, seed=seed)
        if is_disturbed:
            stopper.start()
        try:
            suite.wait()
        finally:
            if is_disturbed:
                stopper.end()
    text = log.read_text(errors="replace")
    counts = COUNTS.findall(text) or [f"pytest exited with {suite.returncode}"]
    stopped = f"{stopper.count} processes stopped; " if is_disturbed else ""
    red = RED.findall(text) or ([f"exit code {suite.returncode}"] if suite.returncode else [])
    return f"{stopped}{counts[-1]}", red


def main() -> int:
    """Run the suite as often as requested; every second run is disturbed."""
    parser = argparse.ArgumentParser(description="Repeated runs of the quick suite, in which no test may be red.")
    parser.add_argument("--runs", type=int, default=20, help="how many runs [20]")
    parser.add_argument("--workers", type=int, default=6, help="processes of pytest [6]")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first run; each next one has the next number [0]")
    parser.add_argument("--logs", type=Path, help="the folder for the output of each run [a temporary one]")
    options = parser.parse_args()
    red_count = 0
    with tempfile.TemporaryDirectory() as temporary:
        logs = options.logs or Path(temporary)
        logs.mkdir(parents=True, exist_ok=True)
        for number in range(options.runs):
            seed, began = options.seed + number, time.monotonic()
            is_disturbed = number % 2 == 1
            counts, red = run_suite(seed, options.workers, is_disturbed=is_disturbed, log=logs / f"{seed}.log")
            print(f"seed {seed}, {time.monotonic() - began:4.0f} s: {counts}", flush=True)
            print("".join(f"  {line}\n" for line in red), end="", flush=True)
            red_count += bool(red)
    print(f"{options.runs} runs, {red_count} with a red test")
    return 1 if red_count else 0


if __name__ == "__main__":
    sys.exit(main())
