"""The program: its help, its error messages and its exit codes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.cli import main as run_program
from fiskil_harness.cli.main import COMMANDS, error_lines, program

Program = Callable[..., subprocess.CompletedProcess[str]]


def exit_code_of(arguments: list[str]) -> int:
    """Return the exit code of the program, run in this process."""
    with pytest.raises(SystemExit) as ending:
        run_program(arguments)
    return int(ending.value.code or 0)


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_command_with_examples(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The help shows a first command to type, and the exit codes."""
    assert exit_code_of([option]) == 0

    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert "Examples:\n    fiskil-harness demo" in shown
    assert "130 interrupted" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_within_eighty_columns(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The examples can be pasted."""
    assert exit_code_of([name, "--help"]) == 0

    shown = capsys.readouterr().out
    assert "Examples:" in shown
    assert f"fiskil-harness {name}" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_every_listed_command_can_be_imported() -> None:
    """The module of a command has the same name."""
    context = program.make_context("fiskil-harness", [], resilient_parsing=True)

    assert all(program.get_command(context, name) is not None for name in COMMANDS)
    assert program.get_command(context, "nothing") is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gat"], "No command 'gat'. Did you mean 'gate'?"),
        (["gate", "--seeds", "3"], "No such option '--seeds'. Did you mean '--seed'?"),
        (["gate", "--seed", "x"], "Invalid value for '--seed'"),
        (["run"], "Missing argument 'NAME...'"),
        (["run", "happy_pat"], "No scenario 'happy_pat'. Did you mean 'happy_path'?"),
        (["list", "faultz"], "No kind 'faultz'. Did you mean 'faults'?"),
        (["replay", "missing.json"], "The plan 'missing.json' cannot be read"),
        (["gate", "--config", "missing.toml"], "No config at 'missing.toml'. `fiskil-harness init` writes one."),
    ],
)
def test_a_mistyped_argument_is_refused_with_the_nearest_match(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 2, with the reason on standard error and without a traceback."""
    assert exit_code_of(arguments) == 2

    shown = capsys.readouterr()
    assert words in shown.err
    assert (shown.out, "Traceback" in shown.err) == ("", False)


def test_an_internal_error_shows_its_traceback_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 4, and the message states that the error is not the app's."""
    token = "eyJhbGciOiJIUzI1NiJ9.eyJvcmdfaWQiOiJhIn0.c2lnbmF0dXJlc2lnbmF0dXJl"

    def explode(*_: object, **__: object) -> None:
        raise ZeroDivisionError(f"no good with {token}")

    monkeypatch.setattr(program, "main", explode)

    assert exit_code_of(["list"]) == 4
    shown = capsys.readouterr().err
    assert "ZeroDivisionError: no good with <token>" in shown
    assert "This is an internal error of fiskil-harness, not of your app." in shown


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C before anything ran has the exit code of an interruption."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "main", interrupt)

    assert exit_code_of(["list"]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


@pytest.mark.slow
def test_a_pipe_that_closes_early_is_no_error(project: Path, environment: dict[str, str]) -> None:
    """``fiskil-harness list practices | head -1`` writes nothing to standard error."""
    command = f"'{sys.executable}' -m fiskil_harness list practices | head -1"

    completed = subprocess.run(
        ["sh", "-c", command], cwd=project, env=environment, capture_output=True, text=True, check=False
    )

    assert (completed.returncode, completed.stderr) == (0, "")


HEAVY = ("pytest", "hypothesis", "uvicorn", "httpx", "rich", "faker", "schemathesis", "playwright")


@pytest.mark.slow
@pytest.mark.parametrize(("option", "words"), [("--help", "Commands:"), ("--version", "fiskil-harness 0")])
def test_help_and_version_import_nothing_heavy(project: Path, environment: dict[str, str], option: str, words: str) -> None:
    """Libraries that only a run needs are not imported."""
    code = (
        "import sys; from fiskil_harness.cli.main import program\n"
        f"program.main([{option!r}], standalone_mode=False)\n"
        "print(*sys.modules, sep='\\n')"
    )

    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert any(line.startswith(words) for line in shown)
    assert set(shown) & {"fiskil_harness.cli.main", *HEAVY} == {"fiskil_harness.cli.main"}


@pytest.mark.slow
def test_the_version_is_printed(program: Program) -> None:
    """``--version`` prints only the name of the program and its version."""
    completed = program("--version")

    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.startswith("fiskil-harness 0")


def test_an_error_message_is_wrapped_and_output_of_the_app_is_not() -> None:
    """The first line is wrapped on a terminal; a pipe receives everything unchanged."""
    text = "The app exited with 7. " + "Give it what it needs. " * 6 + "\n  " + "Traceback " * 12

    lines = error_lines(text, 80).splitlines()

    assert max(len(line) for line in lines[:-1]) <= 80
    assert (lines[-1], error_lines(text, None)) == (text.splitlines()[1], text)
