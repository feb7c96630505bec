"""The option --har: every call of a run, or of serve, in a file that others can read."""

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


def test_a_run_tells_its_calls(program: Program, project: Path, configure: Callable[..., None]) -> None:
    """Each scenario is a page, and the report is written beside it as ever."""
    configure()

    answer = program("run", "thrice.py", "--har", "calls.har", "--json", "report.json")

    log = json.loads((project / "calls.har").read_text())["log"]
    assert (log["version"], [page["title"] for page in log["pages"]]) == ("1.2", ["thrice"])
    assert json.loads((project / "report.json").read_text())["result"]
    assert answer.returncode == 0


def test_without_a_place_nothing_runs(program: Program) -> None:
    """A long run must not end in vain."""
    answer = program("run", "thrice.py", "--har", "missing/calls.har")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "there is no folder" in answer.stderr


@pytest.mark.usefixtures("unmeasured")
def test_serve_tells_its_calls(project: Path, environment: dict[str, str]) -> None:
    """The control API tells them while it serves, the file when it ends, and neither tells a secret."""
    env_file, har_file = project / "fiskil.env", project / "calls.har"
    command = [sys.executable, "-m", "fiskil_harness", "serve", "--env-file", str(env_file), "--har", str(har_file)]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        places = dict(line.split(maxsplit=1) for line in [process.stdout.readline() for _ in range(7)][:4])
        values = dict(line.split("=", 1) for line in env_file.read_text().splitlines()[1:])
        pair = {"client_id": values["FISKIL_CLIENT_ID"], "client_secret": values["FISKIL_CLIENT_SECRET"]}
        token = httpx.post(f"{places['api_url'].strip()}/v1/token", json=pair, timeout=30, trust_env=False).json()["token"]
        control = places["control"].strip().replace("/state", "/har")
        live = httpx.get(control, timeout=30, trust_env=False)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)

    kept = har_file.read_text()
    assert [value["_route"] for value in live.json()["log"]["entries"]] == ["token"]
    assert [load["_route"] for load in json.loads(kept)["log"]["entries"]] == ["token"]
    assert [secret for secret in (token, values["FISKIL_CLIENT_SECRET"]) if secret in kept + live.text] == []
