"""``--api hosted`` on the command line, against a replacement of the hosted API."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.cli import main
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import wait_until
from fiskil_harness.runner.hosted.eligibility import CONTROLLED_BY_FISKIL
from tests.paths import SOURCE
from tests.runner.hosted.stand_in import StandIn

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

Program = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder for the files that a run writes."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def config(stand_in: StandIn, project: Path) -> Path:
    """The reference app's config, with the stand-in as the hosted API."""
    base = catalog.folder("examples") / "reference_app"
    text = (base / "fiskil-harness.toml").read_text()
    hosted = stand_in.settings().hosted
    lines = f'url = "{hosted.url}"\nca_file = "{hosted.ca_file}"\nend_user_id = "{hosted.end_user_id}"\n'
    path = project / "hosted.toml"
    path.write_text(text.replace("--app-dir ..", f"--app-dir {base.parent}").replace("introduce =", lines + "introduce ="))
    return path


@pytest.fixture
def program(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Run the command line in the project's folder; return exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(project)
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        return int(str(ended.value.code)), out, err

    return run


def test_a_run_states_its_limits_and_no_secret(program: Program, config: Path, stand_in: StandIn) -> None:
    """The limits are stated before the run, the numbers of requests after it; no output contains a secret."""
    code, out, err = program(
        "run", "hosted_idle", "--api", "hosted", "--config", str(config), "--json", "report.json", "--har", "calls.har"
    )

    assert code == 0
    assert "reading only, at most 500 requests of the app and 900 s." in err
    assert "requests of the app, and" in err
    assert out.splitlines()[-1].endswith("--api hosted")
    report = (config.parent / "report.json").read_text()
    output = out + err + report + (config.parent / "calls.har").read_text()
    secrets = [stand_in.fiskil.credentials.client_secret, *stand_in.fiskil.sandbox.store.issued]
    assert [secret for secret in secrets if secret in output] == []
    assert json.loads(report)["result"]["left_out"] == [
        "--api hosted: reading only, at most 500 requests of the app and 900 s"
    ]


def test_without_credentials_nothing_is_sent(program: Program, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command exits with 2 and names the variable to set."""
    monkeypatch.delenv("FISKIL_CLIENT_SECRET")

    code, out, err = program("gate", "--api", "hosted", "--config", str(config))

    assert (code, out) == (2, "")
    assert "FISKIL_CLIENT_SECRET is not set" in err


def test_production_is_exit_2(program: Program, config: Path, stand_in: StandIn) -> None:
    """A production key pair is rejected before the app starts, and the institution is named."""
    institutions = stand_in.fiskil.sandbox.store.institutions
    real = next(institution for institution in institutions.values() if not institution.is_accessible)
    institutions[real.institution_id] = msgspec.structs.replace(real, is_accessible=True)

    code, _, err = program("gate", "--api", "hosted", "--config", str(config))

    assert code == 2
    assert f"outside the sandbox ({real.institution_id})" in " ".join(err.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gate", "--allow-writes"), "--allow-writes is for --api hosted"),
        (("gate", "--api", "hosted", "--gallery", "retries_without_backoff"), "--api hosted does not work with --gallery"),
        (("gate", "--api", "hosted", "--workers", "2"), "--api hosted does not work with --workers"),
        (("gate", "--api", "hosted", "--journal", "run.journal"), "--api hosted does not work with --journal"),
        (("run", "happy_path", "--api", "hosted"), CONTROLLED_BY_FISKIL),
    ],
)
def test_options_that_do_not_fit_are_rejected(
    program: Program, config: Path, arguments: tuple[str, ...], words: str
) -> None:
    """The command exits with 2 and states the reason."""
    config_option = [] if "--gallery" in arguments else ["--config", str(config)]

    code, _, err = program(*arguments, *config_option)

    assert code == 2
    assert words in " ".join(err.split())


def test_the_doctor_states_what_is_missing(program: Program, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor checks the account, and reports a variable that is not set."""
    code, complete, _ = program("doctor", "--api", "hosted", "--config", str(config))
    monkeypatch.delenv("FISKIL_CLIENT_ID")
    other_code, incomplete, _ = program("doctor", "--api", "hosted", "--config", str(config))

    assert (code, other_code) == (0, 2)
    assert "works    FISKIL_CLIENT_ID  is accepted, and can access" in complete
    assert "works    hosted.end_user_id" in complete
    assert "missing  FISKIL_CLIENT_ID" in incomplete


@pytest.mark.usefixtures("unmeasured")
def test_ctrl_c_leaves_nothing(config: Path, stand_in: StandIn, tmp_path: Path) -> None:
    """The command exits with 130 and a report; no app, no relay and no folder is left."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "TMPDIR": str(temporary), "COLUMNS": "80"}
    command = [sys.executable, "-m", "fiskil_harness", "gate", "--api", "hosted", "--config", str(config)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        pid_path = wait_until(
            lambda: next((path for path in temporary.rglob("app-*.process") if path.read_text()), None), cap_s=90
        )
        assert pid_path is not None
        app = int(pid_path.read_text().split()[0])
        wait_until(lambda: stand_in.fiskil.proxy.idle_s() < 0.5, cap_s=90)
        running.send_signal(signal.SIGINT)
        output, _ = running.communicate(timeout=120)

    assert running.returncode == 130
    assert "Interrupted: what did not run is not proven." in output
    assert list(temporary.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(app, 0)
