"""Our faults beside WireMock's of the same name: each of six HTTP clients must feel both alike.

``python -m benchmarks.differential`` installs WireMock from npm (Java and npm must be there), lets every client call it
under each of its faults, does the same with ours, and prints what was felt. It ends with 1 where two words differ.
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

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "felt"))

from asking import Caller, Question
from categories import category
from felt_hosts import Hosts
from measuring import CALLERS, DEADLINE_S, PATIENCE, SILENCE_S, measured
from samples import Sample
from table import kept, words_in

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
"""What WireMock is told to answer with, and the fault of ours beside it."""


def main() -> int:
    """Measure, print, and count what differs."""
    jar, different = _wiremock(), 0
    with tempfile.TemporaryDirectory() as folder:
        server = _started(jar, Path(folder))
        try:
            print(f"| {'WireMock ' + NPM['wiremock']:<30} | {'client':<8} | {'its word':<24} | {'ours':<24} |   |")
            for client, make in CALLERS.items():
                for name, theirs, ours in _felt(make, client, server.port):
                    is_alike = theirs == ours or {theirs, ours} <= _known(name, client)
                    different += not is_alike
                    sign = "=" if is_alike else "X"
                    print(f"| {name:<30} | {client:<8} | {theirs:<24} | {ours:<24} | {sign} |")
        finally:
            server.close()
    print(f"{different} of {len(PAIRS) * len(CALLERS)} words differ.")
    return min(different, 1)


def _known(name: str, client: str) -> set[str]:
    """The words between which chance decides for this client, as the kept table of what clients feel has them."""
    return set(words_in(kept().of(client).get(Sample(fault=PAIRS[name][1]).row, "")))


def _felt(make: Callable[[], Caller], client: str, port: int) -> list[tuple[str, str, str]]:
    """Names with WireMock's word and ours; two that differ are measured once more, with nothing beside them."""
    with closing(make()) as caller, closing(Hosts(caller)) as hosts:

        def one(name: str) -> tuple[str, str, str]:
            ours = measured(hosts, Sample(fault=PAIRS[name][1]), patience=PATIENCE)
            return name, _theirs(caller, _path(name, client), port), ours.word

        with ThreadPoolExecutor(4) as threads:
            every = list(threads.map(one, PAIRS))
        different = [name for name, theirs, ours in every if theirs != ours]
        _asked(port, "DELETE", "/__admin/requests")
        again = {name: one(name) for name in different}
        return [again.get(pair[0], pair) for pair in every]


def _theirs(caller: Caller, path: str, port: int) -> str:
    heard = caller.ask(
        Question(
            method="GET",
            url=f"http://{LOOPBACK}:{port}{path}",
            headers={},
            body="",
            silence_s=SILENCE_S * PATIENCE,
            deadline_s=DEADLINE_S * PATIENCE,
        )
    )
    felt = category(heard, BODY.encode(), b"")
    counted = _asked(port, "POST", "/__admin/requests/count", {"method": "GET", "urlPath": path})["count"]
    return felt if counted == 1 or felt == "deadline" else f"{felt} x{counted}"


def _path(name: str, client: str) -> str:
    return f"/{client}/{list(PAIRS).index(name)}"


def _wiremock() -> Path:
    for program in ("npm", "java"):
        if shutil.which(program) is None:
            raise SystemExit(f"WireMock needs {program}, and it is not on this machine.")
    folder = CACHE / "wiremock"
    folder.mkdir(parents=True, exist_ok=True)
    npm = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent"]
    subprocess.run([*npm, f"wiremock@{NPM['wiremock']}"], check=True)
    return next((folder / "node_modules" / "wiremock" / "build").glob("*.jar"))


def _started(jar: Path, folder: Path) -> Process:
    # To a client that takes gzip it would hold what it dribbles back until there is enough to compress.
    quiet = ["--disable-banner", "--disable-gzip"]
    command = ["java", "-Xmx256m", "-jar", str(jar), "--port", "{port}", "--root-dir", str(folder), *quiet]
    server = Process(command, probe=request("GET", "/__admin/mappings"), folder=folder)
    kind, size = {"content-type": "application/json"}, {"content-length": str(len(BODY))}
    for name, (told, _) in PAIRS.items():
        for client in CALLERS:
            headers = kind if "Dribble" in name else kind | size
            answer = {"status": 200, "body": BODY, "headers": headers, **told}
            asked = {"method": "GET", "urlPath": _path(name, client)}
            _asked(server.port, "POST", "/__admin/mappings", {"request": asked, "response": answer})
    return server


def _asked(port: int, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    import httpx

    return httpx.request(method, f"http://{LOOPBACK}:{port}{path}", json=body, timeout=30, trust_env=False).json()


if __name__ == "__main__":
    sys.exit(main())
