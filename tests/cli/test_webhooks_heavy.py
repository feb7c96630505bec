"""`webhooks --heavy`: long and slow bodies, only when asked for, and judged only by what is promised."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.cli.receiver_options import burdened, settings_at
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.core.net.server import free_port
from fiskil_harness.core.randomness import Mint
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.worker import Worker
from fiskil_harness.sandbox.sandbox import mint_credentials
from fiskil_harness.scenario.scenario import load

Program = Callable[..., subprocess.CompletedProcess[str]]
SECRET = mint_credentials(Mint(seed=1)).webhook_secret
HEAVY = "webhook_endless_bodies"


@pytest.fixture
def exhibit(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """A receiver of the gallery that runs already; its URL."""
    running: list[subprocess.Popen[bytes]] = []

    def start(path: str) -> str:
        port, script = free_port(), catalog.folder("gallery") / path
        told = {
            "PORT": str(port),
            "PYTHONPATH": str(catalog.folder("gallery")),
            "DATABASE": str(tmp_path / "receiver.db"),
            "FISKIL_WEBHOOK_SECRET": SECRET,
        }
        running.append(subprocess.Popen([sys.executable, str(script), str(port)], env=os.environ | told))
        with HttpClient() as browser:
            assert wait_until(lambda: browser.request("GET", f"http://127.0.0.1:{port}/healthz").status, cap_s=30)
        return f"http://127.0.0.1:{port}/webhooks/fiskil"

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "body_bytes", "body_s", "verdict"),
    [
        ("flawed/stdlib_receiver/stdlib_unsigned_body_read_whole.py", 1 << 20, None, Verdict.FAIL),
        pytest.param(
            "flawed/stdlib_receiver/stdlib_unsigned_body_read_whole.py",
            None,
            None,
            Verdict.INCONCLUSIVE,
            marks=pytest.mark.full,
        ),
        ("flawed/stdlib_receiver/stdlib_total_body_time_unbounded.py", None, 1, Verdict.FAIL),
        ("correct/stdlib_receiver.py", 1 << 20, None, Verdict.PASS),
        ("correct/flask_receiver.py", 2 << 20, None, Verdict.PASS),
        pytest.param("correct/stdlib_receiver.py", None, None, Verdict.INCONCLUSIVE, marks=pytest.mark.full),
    ],
)
def test_who_reads_beyond_its_promise_is_caught(
    exhibit: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    body_bytes: int | None,
    body_s: float | None,
    verdict: Verdict,
) -> None:
    """Who keeps it, or promises nothing, is not accused."""
    monkeypatch.setenv("MY_SECRET", SECRET)
    settings = burdened(settings_at(exhibit(path), "MY_SECRET", None, (), None), body_bytes=body_bytes, body_s=body_s)

    with contextlib.closing(Worker(settings, seed=0)) as worker:
        findings = worker.play(load(HEAVY)).outcome.findings

    assert {finding.probe: finding.verdict for finding in findings}["bounds_bodies"] is verdict
    assert {finding.probe: finding.verdict for finding in findings}["acknowledges_genuine"] is Verdict.PASS


@pytest.mark.full
def test_the_command_brings_heavy_deliveries_along(program: Program, exhibit: Callable[[str], str], project: Path) -> None:
    """With the other named ones; the line that runs it again says so."""
    met_by = ("--secret-env", "MY_SECRET", "--phase", "direct", "--heavy", "--body-bytes", "1048576")

    answer = program("webhooks", exhibit("correct/stdlib_receiver.py"), *met_by, "--json", "report.json", MY_SECRET=SECRET)

    outcomes = msgspec.json.decode((project / "report.json").read_bytes())["result"]["scenarios"]
    assert HEAVY in {outcome["scenario"] for outcome in outcomes}
    assert " ".join(answer.stdout.replace("\\", "").split()).endswith("--heavy --body-bytes 1048576 --seed 0")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--body-bytes", "5"), "say what --heavy tries. Add it, or leave them out."),
        (("--body-s", "5"), "say what --heavy tries. Add it, or leave them out."),
        (("--heavy", "--phase", "random"), "--heavy adds named deliveries, and --phase random makes none."),
        (("--heavy", "--body-bytes", "0"), "0 is not in the range"),
    ],
)
def test_a_burden_that_cannot_be_meant_is_refused(program: Program, more: tuple[str, ...], words: str) -> None:
    """Exit 2, before anything is sent."""
    answer = program("webhooks", "http://127.0.0.1:1/hook", "--secret-env", "MY_SECRET", *more, MY_SECRET=SECRET)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert words in " ".join(answer.stderr.split())


def test_the_help_names_it(program: Program) -> None:
    """With its cap."""
    told = " ".join(program("webhooks", "--help").stdout.split())

    assert "--heavy Also send long and slow bodies, unsigned: at most 96 MiB and a minute each" in told
