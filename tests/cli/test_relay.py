"""The command ``relay``: calls to a foreign API are recorded and disturbed, and nothing is left behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

Begin = Callable[..., subprocess.Popen[str]]

pytestmark = pytest.mark.slow


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[LocalFiskil]:
    """Yield an API over TLS in place of the hosted one."""
    with LocalFiskil(workdir=tmp_path, seed=7, is_tls=True) as fiskil:
        yield fiskil


@pytest.fixture
def begin(project: Path, environment: dict[str, str]) -> Iterator[Begin]:
    """Yield a function that starts the command; the process is killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "fiskil_harness", "relay", *arguments]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=project, env=environment, stdout=pipe, stderr=pipe, text=True)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()  # closes pipes that a failed test has not read


def read_start(process: subprocess.Popen[str]) -> dict[str, str]:
    """Return what the command prints at its start: the last word of each line by its first word."""
    assert process.stdout is not None
    lines = list(iter(process.stdout.readline, "Press Ctrl-C to stop.\n"))
    return {line.split()[0]: line.split()[-1] for line in lines}


def test_calls_are_recorded_and_disturbed(begin: Begin, hosted: LocalFiskil, project: Path) -> None:
    """Each bite is printed, the HAR contains no secret, and Ctrl-C stops the relay."""
    fault = "token: status 503, once"
    ca_file = str(hosted.certificates.ca_file)
    process = begin(hosted.api_url, "--ca-file", ca_file, "--fault", fault, "--har", "calls.har")
    start = read_start(process)
    pair = {"client_id": hosted.credentials.client_id, "client_secret": hosted.credentials.client_secret}

    with plain_client(base_url=start["api_url"]) as client:
        statuses = [client.post("/v1/token", json=pair).status_code for _ in range(2)]
    exchanges = httpx.get(start["control"], timeout=30, trust_env=False).json()["exchanges"]
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=300)

    assert statuses == [503, 200]
    assert [exchange["status"] for exchange in exchanges] == [503, 200]
    assert "token, request 1" in printed
    assert process.returncode == 0
    written = (project / "calls.har").read_text()
    assert len(json.loads(written)["log"]["entries"]) == 2
    assert hosted.credentials.client_secret not in written + printed


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("banking.accounts: expire_tokens, once", "this relay leads to the hosted API"),
        ("connection: self_signed, once", "needs an API with TLS, and this one has none"),
        ("token: redirect_cross_origin, once", "this relay leads to the hosted API"),
        ("token: stall, from consent.received", "A relay does not receive the hosted API's events"),
    ],
)
def test_a_fault_that_a_relay_does_not_support_is_refused(begin: Begin, hosted: LocalFiskil, fault: str, words: str) -> None:
    """A relay cannot expire tokens of the hosted API, has no TLS and no other origin, and receives no events."""
    process = begin(hosted.api_url, "--fault", fault)

    _, message = process.communicate(timeout=300)

    assert process.returncode == 2
    assert words in " ".join(message.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("https://api.example.com/v1",), "api.example.com"),
        (("nowhere",), "nowhere"),
        (("http://api.example.com",), "unencrypted"),
        (("https://me:secret@api.example.com",), "Remove everything before the @"),
        (("https://api.example.com", "--ca-file", "no.pem"), "no.pem"),
        (("https://api.example.com", "--fault", "token: stal"), "Did you mean 'stall'?"),
    ],
)
def test_an_invalid_argument_is_refused(begin: Begin, arguments: tuple[str, ...], words: str) -> None:
    """The error occurs before anything listens."""
    process = begin(*arguments)

    _, message = process.communicate(timeout=300)

    assert process.returncode == 2
    assert words in message
