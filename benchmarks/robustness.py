"""`serve` and a run under attack: many connections with few files, malformed requests, and signals in each phase.

    python -m benchmarks.robustness                          a table; exit 1 if something is lost or left behind
    python -m benchmarks.robustness --requests 2000 --connections 500

`serve` may open 256 files. Connections come in crowds of 500: a third sends nothing, a third half a request, a third a whole
one. Malformed requests are valid ones with changed bytes, from a seed. A run of one scenario is stopped by each signal at
several moments; processes and folders that remain afterwards are found by a variable in their environment and by an own
temporary folder. After a SIGKILL, the next run must remove what the killed one left.
"""

import argparse
import os
import random
import resource
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

FILES = 256
CROWD = 500
PATIENCE_S = 10.0
MARK = "ROBUSTNESS_RUN"
MOMENTS_S = (0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0)
"""When a run is stopped, in seconds after its start: before the app starts, while it starts, and during the scenario."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
WHOLE = b"GET /v1/institutions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
SEEDS = (
    WHOLE,
    b"POST /v1/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 45\r\n"
    b'Connection: close\r\n\r\n{"client_id": "a", "client_secret": "b", "c":1}',
    b"GET /v1/banking/accounts?end_user_id=eu_1&page[size]=10 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\n"
    b"X-Fiskil-Version: v3\r\nConnection: close\r\n\r\n",
    b"POST /v1/end-users HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    b"2\r\n{}\r\n0\r\n\r\n",
)
BYTES = (
    b"\x00",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b":",
    b" ",
    b"\xff",
    b"%00",
    b"%zz",
    b"[",
    b"\xe2\x80\xa8",
    b"A" * 5000,
    b"-1",
    b"{" * 300,
)


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Serve with few files, and yield the port of the API."""
    command = [sys.executable, "-m", "fiskil_harness", "serve", "--port", "0", "--env-file", str(folder / "env")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        assert process.stdout is not None
        first = process.stdout.readline()
        try:
            yield int(first.rpartition(":")[2].split()[0].strip("/"))
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)


def answer(port: int, request: bytes) -> str:
    """Send *request*, and return the class of the response's status, "closed" or "silent"."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            begin = connection.recv(65536)
            while begin and connection.recv(65536):
                pass
    except TimeoutError:
        return "silent"
    except OSError:
        return "closed"
    return f"{begin[9:10].decode('ascii', 'replace')}xx" if begin.startswith(b"HTTP/1.1 ") else "closed"


def crowd(port: int, size: int) -> int:
    """Open *size* connections at once, and return how many were accepted by the system."""
    opened: list[socket.socket] = []
    for number in range(size):
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        except OSError:
            continue
        opened.append(connection)
        if number % 3:
            connection.sendall(WHOLE if number % 3 == 1 else WHOLE[:20])
    for connection in opened:
        connection.close()
    return len(opened)


def malformed(chance: random.Random) -> bytes:
    """Return a valid request with one to four changed, added, removed or repeated parts."""
    request = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(request))
        match chance.randrange(4):
            case 0:
                request[at] = chance.randrange(256)
            case 1:
                request[at:at] = chance.choice(BYTES)
            case 2:
                del request[at : at + chance.randint(1, 12)]
            case _:
                request[at:at] = request[max(0, at - 30) : at]
    return bytes(request)


def marked(mark: str) -> list[int]:
    """Return the processes whose environment contains *mark*."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if (
                    mark.encode() in (entry / "environ").read_bytes()
                    and b"Z" not in (entry / "stat").read_bytes().split()[2]
                ):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def stopped(moment_s: float, how: signal.Signals, folder: Path) -> tuple[int | None, int, int]:
    """Stop a run, and return its exit code and how many processes and folders remain after the next run."""
    mark = secrets.token_hex(8)
    environment = os.environ | {MARK: mark, "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "fiskil_harness", "run", "happy_path", "--gallery", "no_dedupe"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment_s)
    process.send_signal(how)
    code = process.wait(60)
    deadline = time.monotonic() + PATIENCE_S
    while marked(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    left = len(marked(mark))
    if how is signal.SIGKILL:
        subprocess.run(command, env=os.environ | {"TMPDIR": str(folder)}, check=False, capture_output=True)
    return code, left, len(list(folder.iterdir()))


def main() -> int:
    """Print the table; return 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--requests", type=int, default=23_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(prefix="robustness-") as name, serving(Path(name)) as port:
        opened, alive, crowds = 0, 0, options.connections // CROWD
        for _ in range(crowds):
            opened += crowd(port, CROWD)
            alive += answer(port, WHOLE) in {"4xx", "2xx"}
        print(f"connections   {opened} of {options.connections} opened, {FILES} files; responses after {alive} of {crowds}")
        failed |= alive < crowds
        chance, started = random.Random(options.seed), time.monotonic()
        results = Counter(answer(port, malformed(chance)) for _ in range(options.requests))
        took_s = time.monotonic() - started
        print(f"malformed     {options.requests} requests in {took_s:.0f} s: {dict(sorted(results.items()))}")
        failed |= bool(results["5xx"] or results["silent"]) or answer(port, WHOLE) not in {"4xx", "2xx"}
    for how in SIGNALS:
        rows = []
        for moment_s in MOMENTS_S:
            with tempfile.TemporaryDirectory(prefix="robustness-") as name:
                code, processes, folders = stopped(moment_s, how, Path(name))
            failed |= bool(processes or folders)
            rows.append(f"{moment_s:.1f} s: exit {code}, {processes} processes, {folders} folders")
        print(f"{how.name:13} " + f"\n{'':14}".join(rows))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
