"""The option `webhooks --heavy`: long and slow bodies, judged by the limits that the receiver promises."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.cli.receiver_arguments import receiver_settings, with_body_limits
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
def receiver(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Yield a function that starts a receiver of the gallery and returns its URL."""
    running: list[subprocess.Popen[bytes]] = []

    def start(path: str) -> str:
        port, script = free_port(), catalog.folder("gallery") / path
        environment = {
            "PORT": str(port),
            "PYTHONPATH": str(catalog.folder("gallery")),
            "DATABASE": str(tmp_path / "receiver.db"),
            "FISKIL_WEBHOOK_SECRET": SECRET,
        }
        running.append(subprocess.Popen([sys.executable, str(script), str(port)], env=os.environ | environment))
        with HttpClient() as client:
            assert wait_until(lambda: client.request("GET", f"http://127.0.0.1:{port}/healthz").status, cap_s=30)
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
def test_a_receiver_that_exceeds_its_limit_is_caught(
    receiver: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    body_bytes: int | None,
    body_s: float | None,
    verdict: Verdict,
) -> None:
    """A receiver that stays within its limit passes; without a promised limit the finding is inconclusive."""
    monkeypatch.setenv("MY_SECRET", SECRET)
    settings = receiver_settings(receiver(path), "MY_SECRET", None, (), None)
    settings = with_body_limits(settings, body_bytes=body_bytes, body_s=body_s)

    with contextlib.closing(Worker(settings, seed=0)) as worker:
        findings = worker.play(load(HEAVY)).outcome.findings

    assert {finding.probe: finding.verdict for finding in findings}["bounds_bodies"] is verdict
    assert {finding.probe: finding.verdict for finding in findings}["acknowledges_genuine"] is Verdict.PASS


@pytest.mark.full
def test_the_command_adds_heavy_deliveries(program: Program, receiver: Callable[[str], str], project: Path) -> None:
    """The other named deliveries run too, and the repeat command has the options."""
    arguments = ("--secret-env", "MY_SECRET", "--phase", "direct", "--heavy", "--body-bytes", "1048576")

    url = receiver("correct/stdlib_receiver.py")
    completed = program("webhooks", url, *arguments, "--json", "report.json", MY_SECRET=SECRET)

    outcomes = msgspec.json.decode((project / "report.json").read_bytes())["result"]["scenarios"]
    assert HEAVY in {outcome["scenario"] for outcome in outcomes}
    assert " ".join(completed.stdout.replace("\\", "").split()).endswith("--heavy --body-bytes 1048576 --seed 0")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--body-bytes", "5"), "are limits for --heavy. Add --heavy, or remove them."),
        (("--body-s", "5"), "are limits for --heavy. Add --heavy, or remove them."),
        (("--heavy", "--phase", "random"), "--heavy adds named deliveries, and --phase random has none."),
        (("--heavy", "--body-bytes", "0"), "0 is not in the range"),
    ],
)
def test_contradictory_options_are_refused(program: Program, more: tuple[str, ...], words: str) -> None:
    """The exit code is 2, and nothing is sent."""
    completed = program("webhooks", "http://127.0.0.1:1/hook", "--secret-env", "MY_SECRET", *more, MY_SECRET=SECRET)

    assert (completed.returncode, completed.stdout) == (2, "")
    assert words in " ".join(completed.stderr.split())


def test_the_help_states_the_limits(program: Program) -> None:
    """The help contains the largest size and time."""
    text = " ".join(program("webhooks", "--help").stdout.split())

    assert "--heavy Also send long and slow bodies, unsigned: at most 96 MiB and a minute each" in text
