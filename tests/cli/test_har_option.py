"""The option --har: every API call of a run or of serve in a standard format."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

Program = Callable[..., subprocess.CompletedProcess[str]]


def test_a_run_writes_its_calls(program: Program, project: Path, configure: Callable[..., None]) -> None:
    """Each scenario is a page in the HAR file."""
    configure()

    completed = program("run", "thrice.py", "--har", "calls.har", "--json", "report.json")

    log = json.loads((project / "calls.har").read_text())["log"]
    assert (log["version"], [page["title"] for page in log["pages"]]) == ("1.2", ["thrice"])
    assert json.loads((project / "report.json").read_text())["result"]
    assert completed.returncode == 0


def test_a_har_file_that_cannot_be_written_is_refused(program: Program) -> None:
    """The error occurs before the run."""
    completed = program("run", "thrice.py", "--har", "missing/calls.har")

    assert (completed.returncode, completed.stdout) == (2, "")
    assert "there is no folder" in completed.stderr


@pytest.mark.usefixtures("unmeasured")
def test_serve_writes_its_calls(project: Path, environment: dict[str, str]) -> None:
    """The control API returns them at any time, the file is written at the end, and neither contains a secret."""
    env_file, har_file = project / "fiskil.env", project / "calls.har"
    files = ["--env-file", str(env_file), "--har", str(har_file)]
    command = [sys.executable, "-m", "fiskil_harness", "serve", "--port", "0", *files]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        urls = dict(line.split(maxsplit=1) for line in [process.stdout.readline() for _ in range(7)][:4])
        values = dict(line.split("=", 1) for line in env_file.read_text().splitlines()[1:])
        pair = {"client_id": values["FISKIL_CLIENT_ID"], "client_secret": values["FISKIL_CLIENT_SECRET"]}
        token = httpx.post(f"{urls['api_url'].strip()}/v1/token", json=pair, timeout=30, trust_env=False).json()["token"]
        control = urls["control"].strip().replace("/state", "/har")
        live = httpx.get(control, timeout=30, trust_env=False)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)

    written = har_file.read_text()
    assert [entry["_route"] for entry in live.json()["log"]["entries"]] == ["token"]
    assert [entry["_route"] for entry in json.loads(written)["log"]["entries"]] == ["token"]
    assert [secret for secret in (token, values["FISKIL_CLIENT_SECRET"]) if secret in written + live.text] == []
