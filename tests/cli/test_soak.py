"""The command ``soak``: what it refuses before anything starts, each in one sentence."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from fiskil_harness.soak import locust_process
from fiskil_harness.soak.locust_process import Locust, require_locust, write_locustfile
from tests.soak.conftest import REFERENCE

Program = Callable[..., CompletedProcess[str]]


def refusal(program: Program, *arguments: str) -> str:
    """Return what the command writes to standard error, as one line, after it exited with 2."""
    finished = program("soak", *arguments)
    assert finished.returncode == 2, finished.stdout
    return " ".join(finished.stderr.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--shape", "stedy"), "No shape 'stedy'. Did you mean 'steady'?"),
        (("--rate", "9000"), "--rate is 9000, and soak never exceeds 5,000 deliveries a second. Choose less."),
        (("--worker",), "--worker needs --master-host HOST, and excludes --master and --workers."),
        (("--master",), "--master needs the number of workers: --expect-workers N, or --workers N on this machine."),
        (("--master-host", "other"), "--master-host is for --worker. Add --worker, or remove it."),
        (("--users", "5", "--workers", "2"), "--users 5 is too few: soak needs at least 6, 3 for each worker."),
        (("--html", "missing/report.html"), "there is no folder"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(program: Program, arguments: tuple[str, ...], sentence: str) -> None:
    """The exit code is 2, and the message says what is allowed."""
    assert sentence in refusal(program, *arguments)


@pytest.mark.slow
def test_a_target_on_another_machine_is_refused(program: Program, project: Path) -> None:
    """Nothing is sent to it."""
    (project / "fiskil-harness.toml").write_text('[app]\nurl = "https://staging.example.com"\n')

    text = refusal(program)

    assert "app.url names 'staging.example.com', which is not loopback" in text


@pytest.mark.slow
def test_a_target_without_the_token_is_refused(program: Program, project: Path) -> None:
    """A host in the config is not enough; one that does not exist serves no token."""
    (project / "fiskil-harness.toml").write_text(
        '[app]\nurl = "https://staging.invalid"\n[sandbox]\nallow_hosts = ["staging.invalid"]\n'
    )

    text = refusal(program)

    assert "https://staging.invalid/.well-known/fiskil-harness-soak does not return the token" in text


def test_locust_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to install it."""
    from importlib.metadata import PackageNotFoundError

    from fiskil_harness.errors import UsageError

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(locust_process, "version", missing)
    with pytest.raises(UsageError) as refused:
        require_locust()

    assert str(refused.value) == ("soak needs Locust, which is not installed. Install the extra soak beside fiskil-harness.")


def test_an_old_locust_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older versions lack what the workers need."""
    from fiskil_harness.errors import UsageError

    monkeypatch.setattr(locust_process, "version", lambda _name: "2.30.1")
    monkeypatch.setattr(locust_process, "find_spec", lambda _name: object())
    with pytest.raises(UsageError, match=r"soak needs Locust 2\.47 or newer, and 2\.30\.1 is installed\."):
        require_locust()


def test_the_reason_why_locust_gave_up_is_read_from_its_folder(tmp_path: Path) -> None:
    """A process of Locust leaves the reason in a file."""
    locust = Locust(tmp_path)

    before = locust.problem()
    (tmp_path / "problem").write_text("A worker has another version.")

    assert (before, locust.problem()) == ("", "A worker has another version.")


def test_a_locustfile_is_written_once(tmp_path: Path) -> None:
    """It imports the installed package, and replaces no file."""
    from fiskil_harness.errors import UsageError

    path = tmp_path / "locustfile.py"
    write_locustfile(path)

    assert "from fiskil_harness.soak.load.locustfile import *" in path.read_text()
    with pytest.raises(UsageError, match="exists"):
        write_locustfile(path)


def test_the_config_of_the_reference_app_on_postgresql_is_valid() -> None:
    """It differs from the usual one only in the command, the environment and TLS."""
    from fiskil_harness.core.config import load

    usual, postgres = load(REFERENCE), load(REFERENCE.with_name("postgres.toml"))

    assert (postgres.app.facts, postgres.app.observe, postgres.app.drive, postgres.app.limits) == (
        usual.app.facts,
        usual.app.observe,
        usual.app.drive,
        usual.app.limits,
    )
