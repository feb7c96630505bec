"""Commands around a config: the file that init writes is whole, and doctor says what works and what is missing."""

import resource
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.cli import main
from fiskil_harness.core import config
from fiskil_harness.core.config import parse
from fiskil_harness.core.config.schema import Settings

Program = Callable[..., subprocess.CompletedProcess[str]]


def ended(*arguments: str) -> int:
    """The exit code of the program, run in this process."""
    with pytest.raises(SystemExit) as ending:
        main(list(arguments))
    return int(ending.value.code or 0)


def test_init_writes_a_config_that_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fresh file needs nothing but the command of the app."""
    assert ended("init", str(tmp_path)) == 0

    assert config.load(folder=tmp_path).app.ready is not None
    assert "Then" not in capsys.readouterr().err


def test_every_key_of_the_config_is_in_the_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uncommenting everything gives a config that loads and uses every section."""
    monkeypatch.setenv("FISKIL_WEBHOOK_SECRET", "c2VjcmV0LXNlY3JldA==")
    ended("init", str(tmp_path))
    text = (tmp_path / "fiskil-harness.toml").read_text().replace("#: ", "")

    raw = tomllib.loads(text)
    loaded = parse(raw, folder=tmp_path)
    assert set(raw) == {name for name in Settings.__struct_fields__ if name not in {"folder", "promised", "source"}}
    assert set(loaded.app.__struct_fields__) - set(raw["app"]) == {"url", "object"}
    for section in ("drive", "observe", "facts", "limits", "tls"):
        shape = getattr(loaded.app, section)
        assert {name for name in shape.__struct_fields__ if name not in raw["app"][section]} == set()


def test_init_leaves_an_existing_file_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody loses a config."""
    path = tmp_path / "fiskil-harness.toml"
    path.write_text("mine")

    assert ended("init", str(tmp_path)) == 2

    assert path.read_text() == "mine"
    assert "exists already and was left alone" in capsys.readouterr().err


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file can grow beyond 100 bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_init_on_a_full_disk_leaves_nothing(small_files: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No empty config is left for the next command to stumble over."""
    code = ended("init", str(tmp_path))

    assert code == 2
    assert "fiskil-harness.toml': File too large. Nothing was written there.\n" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_init_into_nowhere_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason is the system's."""
    assert ended("init", str(tmp_path / "missing")) == 2

    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each shell gets one that calls the program."""
    assert ended("completion", shell) == 0

    assert "_FISKIL_HARNESS_COMPLETE" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "offered"), [("ga", "gate"), ("run happy_", "happy_path"), ("gate --se", "--seed"), ("list ", "faults")]
)
def test_completion_offers_commands_options_and_scenarios(program: Program, typed: str, offered: str) -> None:
    """What the shell would show after TAB."""
    words = f"fiskil-harness {typed}"

    answer = program(COMP_WORDS=words, COMP_CWORD=str(words.count(" ")), _FISKIL_HARNESS_COMPLETE="bash_complete")

    assert f"plain,{offered}" in answer.stdout.splitlines()


@pytest.mark.slow
def test_doctor_says_what_works_and_what_each_missing_hook_would_unlock(program: Program) -> None:
    """Exit 0 when every given hook works, whatever is missing."""
    answer = program("doctor")

    assert answer.returncode == 0
    assert "works    app.webhook  acknowledges a genuine message with 204" in answer.stdout
    assert "works    app.observe.effects  tells applied, state and pending" in answer.stdout
    assert "missing  app.drive.start_session  lets the app open an auth session" in answer.stdout
    assert max(len(line) for line in answer.stdout.splitlines()) <= 80
    assert answer.stdout.endswith("Next: fiskil-harness gate\n")


@pytest.mark.slow
@pytest.mark.parametrize(("flaw", "words"), [("no_json", "no JSON"), ("wrong_shape", "does not fit")])
def test_doctor_names_a_hook_that_is_wrong(program: Program, configure: Callable[..., None], flaw: str, words: str) -> None:
    """Exit 2; the other hooks are tried all the same."""
    configure(flaw=flaw)

    answer = program("doctor")

    assert answer.returncode == 2
    assert "wrong    app.observe.effects" in answer.stdout
    assert words in " ".join(answer.stdout.split())
    assert "works    app.webhook" in answer.stdout
    assert "Next: fiskil-harness gate" not in answer.stdout


@pytest.mark.slow
def test_doctor_without_a_config_points_to_init(program: Program, project: Path) -> None:
    """Exit 2, and the command to type."""
    (project / "fiskil-harness.toml").unlink()

    answer = program("doctor")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "`fiskil-harness init` writes one" in answer.stderr
