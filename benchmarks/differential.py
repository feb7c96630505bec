"""Compares our faults with WireMock's: each of six HTTP clients must report the same category of error for both.

``python -m benchmarks.differential`` installs WireMock from npm (Java and npm are required), sends a request of each client
under each of its faults, does the same with ours, and prints the categories. It exits with 1 if two categories differ.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.peers import CACHE, NPM
from benchmarks.processes import Process, request
from fiskil_harness import faults
from fiskil_harness.core.net.server import LOOPBACK
from fiskil_harness.faults import AnyFault
from tests.faults.clients.categories import category
from tests.faults.clients.hosts import Hosts
from tests.faults.clients.measuring import CALLERS, DEADLINE_S, PATIENCE, SILENCE_S, measure
from tests.faults.clients.requests_made import Caller, ClientRequest
from tests.faults.clients.samples import Sample
from tests.faults.clients.table import read_table, words_in

BODY = json.dumps({"rows": [{"number": number, "text": "some text of a row"} for number in range(400)]})
PAIRS: dict[str, tuple[dict[str, Any], AnyFault]] = {
    "EMPTY_RESPONSE": ({"fault": "EMPTY_RESPONSE"}, faults.EmptyResponse()),
    "RANDOM_DATA_THEN_CLOSE": ({"fault": "RANDOM_DATA_THEN_CLOSE"}, faults.Garbage()),
    "MALFORMED_RESPONSE_CHUNK": ({"fault": "MALFORMED_RESPONSE_CHUNK"}, faults.GarbageAfterHead()),
    "CONNECTION_RESET_BY_PEER": ({"fault": "CONNECTION_RESET_BY_PEER"}, faults.ResetBefore()),
    "chunkedDribbleDelay short": (
        {"chunkedDribbleDelay": {"numberOfChunks": 4, "totalDuration": 100}},
        faults.Dribble(chunks=4, total_ms=100),
    ),
    "chunkedDribbleDelay long": (
        {"chunkedDribbleDelay": {"numberOfChunks": 600, "totalDuration": 60_000}},
        faults.Dribble(chunks=600, total_ms=60_000),
    ),
    "fixedDelayMilliseconds short": ({"fixedDelayMilliseconds": 50}, faults.Latency(latency_ms=50)),
    "fixedDelayMilliseconds long": ({"fixedDelayMilliseconds": 60_000}, faults.Latency(latency_ms=60_000)),
    "delayDistribution uniform": (
        {"delayDistribution": {"type": "uniform", "lower": 20, "upper": 50}},
        faults.UniformDelay(lower_ms=20, upper_ms=50),
    ),
    "delayDistribution lognormal": (
        {"delayDistribution": {"type": "lognormal", "median": 20, "sigma": 0.4, "maxValue": 80}},
        faults.LognormalDelay(median_ms=20, max_ms=80),
    ),
}
"""The fault in WireMock's response definition, and ours beside it."""


def main() -> int:
    """Measure and print; return 1 if a category differs."""
    jar, different = _install_wiremock(), 0
    with tempfile.TemporaryDirectory() as folder:
        server = _start(jar, Path(folder))
        try:
            print(f"| {'WireMock ' + NPM['wiremock']:<30} | {'client':<8} | {'WireMock':<24} | {'ours':<24} |   |")
            for client, make in CALLERS.items():
                for name, theirs, ours in _categories(make, client, server.port):
                    is_equal = theirs == ours or {theirs, ours} <= _possible_words(name, client)
                    different += not is_equal
                    sign = "=" if is_equal else "X"
                    print(f"| {name:<30} | {client:<8} | {theirs:<24} | {ours:<24} | {sign} |")
        finally:
            server.close()
    print(f"{different} of {len(PAIRS) * len(CALLERS)} categories differ.")
    return min(different, 1)


def _possible_words(name: str, client: str) -> set[str]:
    """Return the categories that this client may report by chance, from the stored table of client errors."""
    return set(words_in(read_table().of(client).get(Sample(fault=PAIRS[name][1]).row, "")))


def _categories(make: Callable[[], Caller], client: str, port: int) -> list[tuple[str, str, str]]:
    """Return the names with WireMock's category and ours; if they differ, both are measured again, alone."""
    with closing(make()) as caller, closing(Hosts(caller)) as hosts:

        def compare(name: str) -> tuple[str, str, str]:
            ours = measure(hosts, Sample(fault=PAIRS[name][1]), patience=PATIENCE)
            return name, _theirs(caller, _path(name, client), port), ours.word

        with ThreadPoolExecutor(4) as threads:
            results = list(threads.map(compare, PAIRS))
        different = [name for name, theirs, ours in results if theirs != ours]
        _admin(port, "DELETE", "/__admin/requests")
        repeated = {name: compare(name) for name in different}
        return [repeated.get(result[0], result) for result in results]


def _theirs(caller: Caller, path: str, port: int) -> str:
    result = caller.call(
        ClientRequest(
            method="GET",
            url=f"http://{LOOPBACK}:{port}{path}",
            headers={},
            body="",
            silence_s=SILENCE_S * PATIENCE,
            deadline_s=DEADLINE_S * PATIENCE,
        )
    )
    word = category(result, BODY.encode(), b"")
    count = _admin(port, "POST", "/__admin/requests/count", {"method": "GET", "urlPath": path})["count"]
    return word if count == 1 or word == "deadline" else f"{word} x{count}"


def _path(name: str, client: str) -> str:
    return f"/{client}/{list(PAIRS).index(name)}"


def _install_wiremock() -> Path:
    for program in ("npm", "java"):
        if shutil.which(program) is None:
            raise SystemExit(f"WireMock needs {program}, which is not installed.")
    folder = CACHE / "wiremock"
    folder.mkdir(parents=True, exist_ok=True)
    npm = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent"]
    subprocess.run([*npm, f"wiremock@{NPM['wiremock']}"], check=True)
    return next((folder / "node_modules" / "wiremock" / "build").glob("*.jar"))


def _start(jar: Path, folder: Path) -> Process:
    # With gzip, it would delay a dribbled response until there is enough to compress.
    options = ["--disable-banner", "--disable-gzip"]
    command = ["java", "-Xmx256m", "-jar", str(jar), "--port", "{port}", "--root-dir", str(folder), *options]
    server = Process(command, probe=request("GET", "/__admin/mappings"), folder=folder)
    kind, size = {"content-type": "application/json"}, {"content-length": str(len(BODY))}
    for name, (fault, _) in PAIRS.items():
        for client in CALLERS:
            headers = kind if "Dribble" in name else kind | size
            response = {"status": 200, "body": BODY, "headers": headers, **fault}
            pattern = {"method": "GET", "urlPath": _path(name, client)}
            _admin(server.port, "POST", "/__admin/mappings", {"request": pattern, "response": response})
    return server


def _admin(port: int, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    import httpx

    return httpx.request(method, f"http://{LOOPBACK}:{port}{path}", json=body, timeout=30, trust_env=False).json()


if __name__ == "__main__":
    sys.exit(main())
