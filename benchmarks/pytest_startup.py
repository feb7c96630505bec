"""Measures the pytest plugin on an empty suite: seconds with it over seconds without it, in interleaved rounds.

    python -m benchmarks.pytest_startup --rounds 9

All other plugins of the environment are disabled in both, so that the ratio shows only ours.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

BOUND = 1.25
WITHOUT = ("-p", "no:cacheprovider")
WITH = (*WITHOUT, "-p", "fiskil_harness.pytest_plugin")


def run(folder: Path, options: tuple[str, ...]) -> float:
    """Return the seconds of one run of pytest with one empty test."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", *options, str(folder)]
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> int:
    """Measure and print; return 1 if the ratio is above its bound."""
    parser = argparse.ArgumentParser(description="The pytest plugin's cost on an empty suite.")
    parser.add_argument("--rounds", type=int, default=9, help="rounds [9]")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-benchmark-") as name:
        folder = Path(name)
        (folder / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        (folder / "pytest.ini").write_text("[pytest]\n")
        seconds: dict[tuple[str, ...], list[float]] = {WITHOUT: [], WITH: []}
        for options in seconds:
            run(folder, options)
        for _ in range(rounds):
            for options, runs in seconds.items():
                runs.append(run(folder, options))
    without, with_plugin = median(seconds[WITHOUT]), median(seconds[WITH])
    ratio = with_plugin / without
    print(f"without {without:.3f} s, with {with_plugin:.3f} s, ratio {ratio:.2f} (<= {BOUND:g})")
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    raise SystemExit(main())
