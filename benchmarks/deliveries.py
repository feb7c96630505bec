"""Measures signed, unique deliveries per second: the harness against the clients of aiohttp and httpx, and wrk.

    python -m benchmarks.deliveries              seven rounds, about a minute; exit 1 if a bound is violated
    python -m benchmarks.deliveries --rounds 3 --seconds 0.5

All deliver to one receiver, a separate process that only returns 204. They take turns, and each round begins with another.
Medians within the run are compared. Ours, aiohttp and httpx seal and sign every message. wrk, which is written in C, sends
the same bytes each time and shows the limit of one connection.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.figures import Bar
from benchmarks.load import ROOT
from benchmarks.peers import CACHE
from benchmarks.processes import Process, request

CLIENTS = CACHE / "clients"
AIOHTTP = "3.14.5"
PATH = "/webhooks/fiskil"
LANES = 16
SCRIPT = """
wrk.method = "POST"
wrk.body = string.rep("x", 380)
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-Fiskil-Signature"] = string.rep("A", 43) .. "="
"""


def install() -> None:
    """Install aiohttp's client into a folder of the benchmark, unless it is installed."""
    if (CLIENTS / f"aiohttp-{AIOHTTP}.dist-info").is_dir():
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    subprocess.run([*pip, "--target", str(CLIENTS), f"aiohttp=={AIOHTTP}"], check=True)


def rate(sender: str, *, port: int, lanes: int, seconds: float, warm_s: float = 0.3) -> float:
    """Return the acknowledgements per second of one sender, in a separate process.

    Raises:
        RuntimeError: The sender failed, or a delivery was not acknowledged.
    """
    command = [sys.executable, "-m", "benchmarks.senders", sender, str(port), f"--lanes={lanes}"]
    command += [f"--seconds={seconds}", f"--warm={warm_s}"]
    environment = {**os.environ, "PYTHONPATH": str(CLIENTS)}
    completed = subprocess.run(
        command, capture_output=True, check=False, timeout=seconds + warm_s + 60, cwd=ROOT, env=environment
    )
    if completed.returncode:
        raise RuntimeError(f"{sender} failed: {completed.stderr.decode()[-1500:]}")
    figures = json.loads(completed.stdout)
    if figures["others"] or not figures["per_second"]:
        raise RuntimeError(f"{sender} got {figures['others']} responses that were not 2xx.")
    return float(figures["per_second"])


def wrk(script: Path, *, port: int, seconds: float) -> float:
    """Return the requests per second of wrk on one connection."""
    command = ["wrk", "-c1", "-t1", f"-d{max(1, round(seconds))}s", "-s", str(script), f"http://127.0.0.1:{port}{PATH}"]
    output = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True).stdout
    return float(next(line for line in output.splitlines() if line.startswith("Requests/sec:")).split()[1])


def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, list[float]]:
    """Return the rates of every sender in every round."""
    script = folder / "post.lua"
    script.write_text(SCRIPT)
    command = [sys.executable, str(Path(__file__).with_name("sink.py")), "{port}"]
    receiver = Process(command, probe=request("GET", "/"), folder=folder)
    port, seconds = receiver.port, arguments.seconds
    takes = {
        "ours, 16 connections": lambda: rate("ours", port=port, lanes=LANES, seconds=seconds),
        "aiohttp, 16 connections": lambda: rate("aiohttp", port=port, lanes=LANES, seconds=seconds),
        "httpx, 16 connections": lambda: rate("httpx", port=port, lanes=LANES, seconds=seconds),
        "ours, 1 connection": lambda: rate("ours", port=port, lanes=1, seconds=seconds),
    }
    if shutil.which("wrk"):
        takes["wrk, 1 connection"] = lambda: wrk(script, port=port, seconds=seconds)
    names = list(takes)
    rates: dict[str, list[float]] = {name: [] for name in names}
    try:
        for number in range(arguments.rounds):
            print(f"... round {number + 1} of {arguments.rounds}", flush=True)
            for at in range(len(names)):
                name = names[(at + number) % len(names)]
                rates[name].append(takes[name]())
    finally:
        receiver.close()
    return rates


def bars(rates: dict[str, list[float]]) -> list[Bar]:
    """Return the bounds that the harness must keep."""
    medians = {name: median(samples) for name, samples in rates.items()}
    many_connections, one_connection = medians["ours, 16 connections"], medians["ours, 1 connection"]
    results = [
        Bar("16 connections against aiohttp", many_connections / medians["aiohttp, 16 connections"], 2.0, is_floor=True),
        Bar("16 connections against httpx", many_connections / medians["httpx, 16 connections"], 5.0, is_floor=True),
    ]
    if "wrk, 1 connection" in medians:
        results.append(
            Bar("one connection against wrk -c1", one_connection / medians["wrk, 1 connection"], 0.4, is_floor=True)
        )
    return results


def main() -> int:
    """Install, measure and print; return 1 if a bound is violated."""
    parser = argparse.ArgumentParser(description="Signed, unique deliveries per second against other clients.")
    parser.add_argument("--rounds", type=int, default=7, help="rounds over all senders [7]")
    parser.add_argument("--seconds", type=float, default=1, help="seconds of each sender in a round [1]")
    arguments = parser.parse_args()
    install()
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-benchmark-") as folder:
        rates = measure(arguments, Path(folder))
    for name, samples in rates.items():
        print(f"{name:<26} {median(samples):>10,.0f}/s   {min(samples):,.0f} to {max(samples):,.0f}")
    results = bars(rates)
    print("\n" + "\n".join(map(str, results)))
    if "wrk, 1 connection" not in rates:
        print("not measured: one connection against wrk -c1, because wrk is not installed (apt-get install wrk)")
    return 0 if all(bar.is_met for bar in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
