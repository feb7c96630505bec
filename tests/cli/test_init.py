"""The commands init, doctor and completion."""

import json
import os
import resource
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.cli import main
from fiskil_harness.core import config
from fiskil_harness.core.config import FILE, parse
from fiskil_harness.core.config.schema import Settings
from tests.paths import SOURCE

Program = Callable[..., subprocess.CompletedProcess[str]]


def exit_code_of(*arguments: str) -> int:
    """Return the exit code of the program, run in this process."""
    with pytest.raises(SystemExit) as ending:
        main(list(arguments))
    return int(ending.value.code or 0)


def test_init_writes_a_config_that_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is valid without changes."""
    assert exit_code_of("init", str(tmp_path)) == 0

    assert config.load(folder=tmp_path).app.ready is not None
    assert "Then" not in capsys.readouterr().err


def test_init_in_a_folder_of_a_node_app_writes_its_command(tmp_path: Path) -> None:
    """Such an app gets its port as a variable."""
    (tmp_path / "package.json").write_text("{}")

    assert exit_code_of("init", str(tmp_path)) == 0

    app = config.load(folder=tmp_path).app
    assert (app.command, app.env["PORT"]) == ("node server.js", "{port}")


def test_every_key_of_the_config_is_in_the_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every line uncommented, the config is valid and sets every key."""
    monkeypatch.setenv("FISKIL_WEBHOOK_SECRET", "c2VjcmV0LXNlY3JldA==")
    exit_code_of("init", str(tmp_path))
    text = (tmp_path / "fiskil-harness.toml").read_text().replace("#: ", "")

    raw = tomllib.loads(text)
    loaded = parse(raw, folder=tmp_path)
    assert set(raw) == {name for name in Settings.__struct_fields__ if name not in {"folder", "stated_limits", "source"}}
    assert set(loaded.app.__struct_fields__) - set(raw["app"]) == {"url", "object"}
    for section in ("drive", "observe", "facts", "limits", "tls"):
        shape = getattr(loaded.app, section)
        assert {name for name in shape.__struct_fields__ if name not in raw["app"][section]} == set()


def test_init_writes_a_schema_on_request(tmp_path: Path) -> None:
    """The first line of the config names the schema beside it, as editors expect."""
    assert exit_code_of("init", str(tmp_path), "--schema") == 0

    assert (tmp_path / FILE).read_text().startswith("#:schema ./fiskil-harness.schema.json\n")
    assert config.load(folder=tmp_path).app.ready is not None
    assert "properties" in json.loads((tmp_path / "fiskil-harness.schema.json").read_text())


def test_init_does_not_overwrite_a_schema(tmp_path: Path) -> None:
    """The exit code is 2, and no config is written."""
    (tmp_path / "fiskil-harness.schema.json").write_text("mine")

    assert exit_code_of("init", str(tmp_path), "--schema") == 2

    assert [file.name for file in tmp_path.iterdir()] == ["fiskil-harness.schema.json"]


def test_init_does_not_overwrite_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 2, and the file is unchanged."""
    path = tmp_path / "fiskil-harness.toml"
    path.write_text("mine")

    assert exit_code_of("init", str(tmp_path)) == 2

    assert path.read_text() == "mine"
    assert "already exists and was not changed" in capsys.readouterr().err


def limit_files() -> None:
    """Limit the files of this process to 100 bytes, to simulate a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


def test_init_on_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """No empty config is left behind."""
    folder = tmp_path / "project"
    folder.mkdir()
    # The limit also applies to compiled modules, which other tests would then import; -B writes none.
    command = [sys.executable, "-B", "-m", "fiskil_harness", "init", str(folder)]

    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        preexec_fn=limit_files,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 2
    assert "fiskil-harness.toml': File too large. Nothing was written there.\n" in done.stderr
    assert list(folder.iterdir()) == []


def test_init_into_a_missing_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message contains the reason of the operating system."""
    assert exit_code_of("init", str(tmp_path / "missing")) == 2

    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The script calls the program."""
    assert exit_code_of("completion", shell) == 0

    assert "_FISKIL_HARNESS_COMPLETE" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "offered"), [("ga", "gate"), ("run happy_", "happy_path"), ("gate --se", "--seed"), ("list ", "faults")]
)
def test_completion_offers_commands_options_and_scenarios(program: Program, typed: str, offered: str) -> None:
    """The output contains what a shell shows after TAB."""
    line = f"fiskil-harness {typed}"

    completed = program(COMP_WORDS=line, COMP_CWORD=str(line.count(" ")), _FISKIL_HARNESS_COMPLETE="bash_complete")

    assert f"plain,{offered}" in completed.stdout.splitlines()


@pytest.mark.slow
def test_doctor_reports_what_works_and_what_each_missing_hook_would_unlock(program: Program) -> None:
    """The exit code is 0 if every hook in the config works, whatever is missing."""
    completed = program("doctor")

    assert completed.returncode == 0
    assert "works    app.webhook  acknowledges a genuine message with 204" in completed.stdout
    assert "works    app.observe.effects  returns applied, state and pending" in completed.stdout
    assert "missing  app.drive.start_session  lets the app open an auth session" in completed.stdout
    assert max(len(line) for line in completed.stdout.splitlines()) <= 80
    assert completed.stdout.endswith("Next: fiskil-harness gate\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flaw", "words"), [("no_json", "a body that is not JSON"), ("wrong_shape", "Invalid response of app.observe.effects")]
)
def test_doctor_names_a_hook_that_is_wrong(program: Program, configure: Callable[..., None], flaw: str, words: str) -> None:
    """The exit code is 2; the other hooks are checked as well."""
    configure(flaw=flaw)

    completed = program("doctor")

    assert completed.returncode == 2
    assert "wrong    app.observe.effects" in completed.stdout
    assert words in " ".join(completed.stdout.split())
    assert "works    app.webhook" in completed.stdout
    assert "Next: fiskil-harness gate" not in completed.stdout


@pytest.mark.slow
def test_doctor_without_a_config_points_to_init(program: Program, project: Path) -> None:
    """The exit code is 2, and the message contains the command to type."""
    (project / "fiskil-harness.toml").unlink()

    completed = program("doctor")

    assert (completed.returncode, completed.stdout) == (2, "")
    assert "`fiskil-harness init` writes one" in completed.stderr
