"""The app as a process: started, waited for, killed with its children, and explained if it does not start."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.app.process import Process
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import AppError

SLEEPER = "{python} -c 'import time; print(\"up\", flush=True); time.sleep(600)'"


def process_of(tmp_path: Path, command: str, **environment: str) -> Process:
    return Process(command=command, folder=tmp_path, environment=environment, output=tmp_path / "out")


@pytest.fixture
def values() -> dict[str, str]:
    import sys

    return {"python": sys.executable, "port": "1"}


def has_printed(tmp_path: Path, word: str) -> Callable[[], bool]:
    return lambda: word in ((tmp_path / "out").read_text() if (tmp_path / "out").exists() else "")


def test_start_returns_when_the_app_is_ready(tmp_path: Path, values: dict[str, str]) -> None:
    """Starting returns when the app is ready, and the app runs."""
    process = process_of(tmp_path, SLEEPER)

    process.start(values, is_ready=has_printed(tmp_path, "up"), cap_s=60)

    assert process.is_running
    process.kill()
    assert not process.is_running


def test_environment_is_templated(tmp_path: Path, values: dict[str, str]) -> None:
    """Values of the environment are filled in like any other template."""
    process = process_of(
        tmp_path, "{python} -c 'import os, time; print(os.environ[\"X\"], flush=True); time.sleep(600)'", X="p{port}"
    )

    process.start(values, is_ready=has_printed(tmp_path, "p1"), cap_s=60)

    process.kill()


def test_early_exit_shows_last_lines(tmp_path: Path, values: dict[str, str]) -> None:
    """The error for an app that exits contains its last lines of output."""
    process = process_of(tmp_path, "{python} -c 'print(\"cannot find the moon\"); raise SystemExit(7)'")

    with pytest.raises(AppError, match=r"The app exited with 7\. Its last lines:\n  cannot find the moon"):
        process.start(values, is_ready=lambda: False, cap_s=60)


def test_an_app_that_is_never_ready_is_killed(tmp_path: Path, values: dict[str, str]) -> None:
    """An app that does not become ready is killed, and the error has_printed so."""
    process = process_of(tmp_path, SLEEPER)

    with pytest.raises(AppError, match=r"was not ready within 0\.3 s"):
        process.start(values, is_ready=lambda: False, cap_s=0.3)
    assert not process.is_running


def test_the_cause_of_an_app_that_is_never_ready_is_stated(tmp_path: Path, values: dict[str, str]) -> None:
    """The cause is looked for while the process still runs."""
    process = process_of(tmp_path, SLEEPER)

    with pytest.raises(AppError, match=r"was not ready within 0\.3 s\. It runs: True\. Its last lines:"):
        process.start(values, is_ready=lambda: False, cap_s=0.3, why_not_ready=lambda: f"It runs: {process.is_running}.")


def test_an_unknown_command_is_named(tmp_path: Path, values: dict[str, str]) -> None:
    """The error for a command that does not exist contains its name."""
    process = process_of(tmp_path, "no-such-program --flag")

    with pytest.raises(AppError, match=r"The app's command 'no-such-program' cannot be run: No such file"):
        process.start(values, is_ready=lambda: False, cap_s=1)


def test_children_are_killed_with_the_app(tmp_path: Path, values: dict[str, str]) -> None:
    """Killing the app kills the processes that it started."""
    code = (
        "import subprocess, sys, time; "
        'p = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]); '
        'print("child", p.pid, flush=True); time.sleep(600)'
    )
    process = process_of(tmp_path, f"{{python}} -c '{code}'")
    process.start(values, is_ready=has_printed(tmp_path, "child"), cap_s=60)
    child = int((tmp_path / "out").read_text().split()[1])

    process.kill()

    assert wait_until(lambda: not is_alive(child), cap_s=30)


def test_an_app_that_ignores_sigterm_is_killed(tmp_path: Path, values: dict[str, str]) -> None:
    """An app that ignores SIGTERM is killed."""
    code = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print("up", flush=True); time.sleep(600)'
    process = process_of(tmp_path, f"{{python}} -c '{code}'")
    process.start(values, is_ready=has_printed(tmp_path, "up"), cap_s=60)

    process.stop(patience_s=0.2)

    assert not process.is_running


def is_alive(pid: int) -> bool:
    """Return true if *pid* runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


PARENT = (
    "import subprocess, sys, time; "
    'p = [subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) for _ in range(2)]; '
    'print("children", *(child.pid for child in p), flush=True); time.sleep(600)'
)


def test_one_child_can_be_killed_without_the_others(tmp_path: Path, values: dict[str, str]) -> None:
    """The other child and the app keep running."""
    process = process_of(tmp_path, f"{{python}} -c '{PARENT}'")
    process.start(values, is_ready=has_printed(tmp_path, "children"), cap_s=60)
    children = [int(word) for word in (tmp_path / "out").read_text().split()[1:]]

    assert process.kill_worker()

    assert wait_until(lambda: sum(is_alive(pid) for pid in children) == 1, cap_s=30)
    assert process.is_running
    process.kill()
    assert [is_alive(pid) for pid in children] == [False, False]


def test_an_app_without_children_has_none_to_kill(tmp_path: Path, values: dict[str, str]) -> None:
    """An app that does not run has no children either."""
    process = process_of(tmp_path, SLEEPER)
    assert not process.kill_worker()
    process.start(values, is_ready=has_printed(tmp_path, "up"), cap_s=60)

    assert not process.kill_worker()

    assert process.is_running
    process.kill()
