"""The judge on trial from the command line: what is caught, what is missing, and how it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from fiskil_harness.cli.main import program as whole
from fiskil_harness.cli.selftest import _conclude, _show
from fiskil_harness.gate.selftest.matrix import Catch, SelftestResult
from tests.cli.conftest import Program

FLAWED = SelftestResult(name="shy", title="says nothing", framework="stdlib", collection="flawed")
CORRECT = SelftestResult(name="bold", title="says it all", framework="node", collection="correct")


@pytest.mark.full
@pytest.mark.slow
def test_flaws_are_caught_and_correct_apps_let_be(program: Program) -> None:
    """Each app says what it was caught for and by whom; the terminal needs 80 columns."""
    done = program("selftest", "stdlib_last_to_arrive_wins", "stdlib_rec*", "--seed", "3")

    assert done.returncode == 0, done.stderr
    assert "caught      stdlib_last_to_arrive_wins (stdlib)" in done.stdout
    assert "webhooks.retries: ignores_delivery_order in webhook_revoked_before_received" in done.stdout
    assert "let be      stdlib_receiver (stdlib)" in done.stdout
    assert "1 of 1 flawed apps caught, 0 false alarms, 1 correct apps tried." in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "[2/2] " in done.stderr


@pytest.mark.slow
def test_rows_follow_on_request(program: Program) -> None:
    """Each practice with who was caught by it; of a few apps nobody expects all of them."""
    done = program("selftest", "stdlib_last_to_arrive_wins", "--rows")

    assert done.returncode == 0, done.stderr
    assert "webhooks.retries               stdlib_last_to_arrive_wins" in done.stdout
    assert "webhooks.signature             nobody" in done.stdout
    assert "of 48 rows caught." in done.stdout


def test_a_practice_that_nobody_is_caught_by_is_an_open_question(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the whole gallery was tried."""
    code = _conclude([FLAWED, CORRECT], uncaught=["ux.explains-access"])

    assert (code, "No flawed app was caught by: ux.explains-access" in capsys.readouterr().out) == (3, True)


@pytest.mark.slow
def test_a_missing_tool_is_told_and_nothing_holds(program: Program) -> None:
    """What could not be tried is named, and the code is that of what nobody can tell."""
    done = program("selftest", "node_receiver", PATH="")

    assert done.returncode == 3
    assert "NOT TRIED   node_receiver (node)" in done.stdout
    assert "Not tried: node_receiver needs node (Node.js)" in done.stdout


@pytest.mark.slow
def test_an_interruption_leaves_nothing_behind(project: Path, environment: dict[str, str]) -> None:
    """Ctrl-C in the middle of a scenario ends apps and folders."""
    words = [
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
    with subprocess.Popen(words, cwd=project, env=environment, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        first = running.stderr.readline()
        os.kill(running.pid, signal.SIGINT)
        told = running.stderr.read()

    assert first.startswith("[1/3] ")
    assert (running.returncode, told.splitlines()[-1]) == (130, "Interrupted.")
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


def test_nobody_may_be_tried_by_mistake() -> None:
    """An unknown name is refused with the nearest one, and so is a choice that leaves nothing."""
    unknown = CliRunner().invoke(whole, ["selftest", "no_dedup"])
    nothing = CliRunner().invoke(whole, ["selftest", "no_dedupe", "--receivers"])

    assert "Did you mean 'no_dedupe'" in str(unknown.exception)
    assert "None of these apps is a mere receiver." in str(nothing.exception)


@pytest.mark.parametrize(
    ("hearing", "word", "code"),
    [
        (replace(FLAWED, caught=(Catch(what="x", scenario="s", probe="p"),)), "caught", 0),
        (replace(FLAWED, overlooked=("x",)), "OVERLOOKED: x", 1),
        (replace(CORRECT, false_alarms=("x",)), "FALSE ALARM: x", 1),
        (replace(CORRECT, inconclusive=("x",)), "IN DOUBT: x", 3),
        (replace(CORRECT, not_tried="needs x"), "NOT TRIED: needs x", 3),
        (FLAWED, "not trusted", 0),
        (CORRECT, "let be", 0),
    ],
)
def test_each_outcome_has_a_word_and_a_code(
    hearing: SelftestResult, word: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A flaw that was overlooked and an accusation weigh more than what could not be told."""
    _show(hearing)

    assert word in capsys.readouterr().out
    assert _conclude([hearing]) == code
    assert _conclude([hearing, replace(FLAWED, overlooked=("y",))]) == 1
