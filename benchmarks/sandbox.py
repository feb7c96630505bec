"""Compares the sandbox with Prism, WireMock, Mockoon, moto and bare Starlette, in one interleaved run.

    python -m benchmarks.sandbox                 every peer, five rounds; exit 1 if a bound is violated
    python -m benchmarks.sandbox --rounds 9 --seconds 1.5 --json figures.json

Every server runs from the beginning to the end, is warmed up before the first round, and is loaded in turn; each round
begins with another server. Medians within the run are compared.
"""

import argparse
import contextlib
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks import figures, peers, subject
from benchmarks.figures import KINDS, Record
from benchmarks.load import put_load
from benchmarks.processes import Process, exchange

STARTS = 5
LONG_LOAD = 60_000


class LoadedServer:
    """A running server with the requests that load it."""

    def __init__(self, process: Process, requests: dict[str, bytes]) -> None:
        self.process, self.requests, self.record = process, requests, Record()

    def warm(self, *, seconds: float) -> None:
        """Load the server without keeping figures, so that virtual machines compile frequent code."""
        for kind in KINDS:
            put_load(self.requests[kind], port=self.process.port, seconds=seconds)

    def round(self, *, seconds: float) -> None:
        """Run one round of each kind of request."""
        for kind in KINDS:
            before_s = self.process.cpu_s()
            load = put_load(self.requests[kind], port=self.process.port, seconds=seconds, warm_s=0.2)
            load["cpu_us"] = (self.process.cpu_s() - before_s) / load["sent"] * 1e6
            self.record.rounds[kind].append(load)


def run(
    arguments: argparse.Namespace, folder: Path, cleanup: contextlib.ExitStack
) -> tuple[dict[str, Record], list[figures.Bar]]:
    """Start all servers, measure, and return the figures and the bounds."""
    os.environ["BARE_ANSWERS"] = str(folder)
    ours = subject.Subject(folder)
    cleanup.callback(ours.close)
    others = peers.every(ours, folder)
    servers = {subject.NAME: LoadedServer(ours.process, {"page": ours.page_request, "token": ours.token_request})}
    for peer in others:
        process = peer.start(folder)
        cleanup.callback(process.close)
        for preparation in peer.before:
            exchange(process.port, preparation)
        servers[peer.name] = LoadedServer(process, {"page": peer.page, "token": peer.token})
    for name, server in servers.items():
        _print_progress(f"warming {name}")
        server.warm(seconds=arguments.warm)
    _starts(arguments, folder, servers, others)
    order = list(servers.values())
    for number in range(arguments.rounds):
        _print_progress(f"round {number + 1} of {arguments.rounds}")
        servers[subject.NAME].requests["page"] = ours.fresh_page_request()
        for at in range(len(order)):
            order[(at + number) % len(order)].round(seconds=arguments.seconds)
    for server in servers.values():
        server.record.resident_mib = server.process.resident_mib()
    before, after = _long_load(ours)
    records = {name: server.record for name, server in servers.items()}
    return records, figures.bars(records, subject.NAME, after_warm_mib=before, after_load_mib=after)


def _starts(arguments: argparse.Namespace, folder: Path, servers: dict[str, LoadedServer], others: list[peers.Peer]) -> None:
    for number in range(arguments.starts):
        _print_progress(f"start {number + 1} of {arguments.starts}")
        started = subject.start(folder, env_file=folder / "started.env")
        servers[subject.NAME].record.starts_s.append(started.first_response_s)
        started.close()
        for peer in others:
            process = peer.start(folder)
            servers[peer.name].record.starts_s.append(process.first_response_s)
            process.close()


def _long_load(ours: subject.Subject) -> tuple[float, float]:
    """Return the resident MiB before and after 60,000 requests to a warm server, half for the page and half for tokens."""
    _print_progress(f"{LONG_LOAD} requests")
    before = ours.process.resident_mib()
    for message in (ours.fresh_page_request(), ours.token_request):
        put_load(message, port=ours.process.port, requests=LONG_LOAD // 2)
    return before, ours.process.resident_mib()


def _print_progress(text: str) -> None:
    print(f"... {text}", flush=True)


def main() -> int:
    """Install, measure and print; return 1 if a bound is violated."""
    parser = argparse.ArgumentParser(description="The sandbox compared with its peers.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all servers [5]")
    parser.add_argument("--seconds", type=float, default=1.5, help="seconds per kind of request in a round [1.5]")
    parser.add_argument("--warm", type=float, default=6, help="seconds of warm-up per kind of request [6]")
    parser.add_argument("--starts", type=int, default=STARTS, help=f"starts of each server [{STARTS}]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every round to FILE")
    arguments = parser.parse_args()
    _print_progress("installing the peers into benchmarks/.cache")
    peers.install()
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-benchmark-") as name, contextlib.ExitStack() as cleanup:
        records, bars = run(arguments, Path(name), cleanup)
    print("\n" + figures.table(records, subject.NAME) + "\n")
    print("\n".join(map(str, bars)))
    if arguments.json is not None:
        results = {
            "records": {name: asdict(record) for name, record in records.items()},
            "bars": [asdict(bar) for bar in bars],
        }
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")
    return 0 if all(bar.is_met for bar in bars) else 1


if __name__ == "__main__":
    raise SystemExit(main())
