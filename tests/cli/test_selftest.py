"""The command ``selftest``: its output and its exit codes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from fiskil_harness.cli.main import program as whole_program
from fiskil_harness.cli.selftest import _conclude, _show
from fiskil_harness.gate.selftest.matrix import Catch, SelftestResult
from tests.cli.conftest import Program

FLAWED = SelftestResult(name="shy", title="does nothing", framework="stdlib", collection="flawed")
CORRECT = SelftestResult(name="bold", title="does everything", framework="node", collection="correct")


@pytest.mark.full
@pytest.mark.slow
def test_a_flaw_is_caught_and_a_correct_app_raises_no_alarm(program: Program) -> None:
    """The output has the practice, probe and scenario of each catch, in lines of at most 80 columns."""
    completed = program("selftest", "stdlib_last_to_arrive_wins", "stdlib_rec*", "--seed", "3")

    assert completed.returncode == 0, completed.stderr
    assert "caught        stdlib_last_to_arrive_wins (stdlib)" in completed.stdout
    assert "webhooks.retries: ignores_delivery_order in webhook_revoked_before_received" in " ".join(
        completed.stdout.split()
    )
    assert "no alarm      stdlib_receiver (stdlib)" in completed.stdout
    assert "1 of 1 flawed apps caught, 0 false alarms, 1 correct apps run." in completed.stdout
    assert max(map(len, completed.stdout.splitlines())) <= 80
    assert "[2/2] " in completed.stderr


@pytest.mark.slow
def test_practices_are_listed_on_request(program: Program) -> None:
    """Each practice is listed with the apps that were caught; a few apps need not cover all practices."""
    completed = program("selftest", "stdlib_last_to_arrive_wins", "--practices")

    assert completed.returncode == 0, completed.stderr
    assert "webhooks.retries               stdlib_last_to_arrive_wins" in completed.stdout
    assert "webhooks.signature             none" in completed.stdout
    assert "of 48 practices caught an app." in completed.stdout


def test_a_practice_that_caught_no_app_is_inconclusive(capsys: pytest.CaptureFixture[str]) -> None:
    """In a selftest of the whole gallery, every practice must catch an app."""
    code = _conclude([FLAWED, CORRECT], uncaught=["ux.explains-access"])

    assert (code, "Practices that caught no flawed app: ux.explains-access" in capsys.readouterr().out) == (3, True)


@pytest.mark.slow
def test_a_missing_tool_is_reported(program: Program) -> None:
    """The app that could not run is named, and the exit code is 3."""
    completed = program("selftest", "node_receiver", PATH="")

    assert completed.returncode == 3
    assert "NOT RUN       node_receiver (node)" in completed.stdout
    assert "Not run: node_receiver needs node (Node.js)" in completed.stdout


@pytest.mark.slow
def test_an_interruption_leaves_nothing_behind(project: Path, environment: dict[str, str]) -> None:
    """Ctrl-C during a scenario stops the apps and removes the folders."""
    command = [
        sys.executable,
        "-m",
        "fiskil_harness",
        "selftest",
        "stdlib_receiver",
        "no_dedupe",
        "slow_worker",
        "--workers",
        "1",
    ]
    with subprocess.Popen(command, cwd=project, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        os.kill(process.pid, signal.SIGINT)
        rest = process.stderr.read()

    assert first.startswith("[1/3] ")
    assert (process.returncode, rest.splitlines()[-1]) == (130, "Interrupted.")
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


def test_an_empty_selection_is_refused() -> None:
    """An unknown name is refused with the nearest match."""
    unknown = CliRunner().invoke(whole_program, ["selftest", "no_dedup"])
    nothing = CliRunner().invoke(whole_program, ["selftest", "no_dedupe", "--receivers"])

    assert "Did you mean 'no_dedupe'" in str(unknown.exception)
    assert "None of these apps only receives webhooks." in str(nothing.exception)


@pytest.mark.parametrize(
    ("result", "word", "code"),
    [
        (replace(FLAWED, caught=(Catch(subject="x", scenario="s", probe="p"),)), "caught", 0),
        (replace(FLAWED, overlooked=("x",)), "OVERLOOKED: x", 1),
        (replace(CORRECT, false_alarms=("x",)), "FALSE ALARM: x", 1),
        (replace(CORRECT, inconclusive=("x",)), "INCONCLUSIVE: x", 3),
        (replace(CORRECT, not_tried="needs x"), "NOT RUN: needs x", 3),
        (FLAWED, "not trusted", 0),
        (CORRECT, "no alarm", 0),
    ],
)
def test_each_result_has_a_label_and_an_exit_code(
    result: SelftestResult, word: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """An overlooked flaw or a false alarm outranks an inconclusive finding."""
    _show(result)

    assert word in capsys.readouterr().out
    assert _conclude([result]) == code
    assert _conclude([result, replace(FLAWED, overlooked=("y",))]) == 1
