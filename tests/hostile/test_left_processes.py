"""Processes and files of hostile or unlucky apps: nothing of an app stays, and nothing else is killed."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.app import left_processes
from fiskil_harness.app.process import Process
from fiskil_harness.core.clock import wait_until
from fiskil_harness.runner.run_folder import OWNER, new_run_folder, remove_run_folder
from tests.paths import SOURCE

DAEMON = """
import os, subprocess, sys, time
code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
time.sleep(600)
"""
HARNESS = """
import sys, time
from pathlib import Path
from fiskil_harness.app.process import Process
from fiskil_harness.runner.run_folder import new_run_folder
folder = new_run_folder("run-") / "worker" / "app-1"
folder.mkdir(parents=True)
output = folder / "app.output"
process = Process(command="{python} daemon.py", folder=Path(sys.argv[1]), environment={}, output=output)
process.start({"python": sys.executable}, is_ready=lambda: output.read_bytes().endswith(b"\\n"), cap_s=60)
print(folder.parent.parent, output.read_text().strip(), flush=True)
time.sleep(600)
"""
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def is_running(pid: int) -> bool:
    """Return true if the process runs."""
    return left_processes.identity(pid) != ""


def has_ended(pid: int) -> bool:
    """Return true if the process does not run; one that has been killed may need a moment to end."""
    return wait_until(lambda: not is_running(pid), cap_s=30)


@pytest.fixture
def bystander() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has nothing to do with the app, in its own group."""
    with subprocess.Popen(SLEEPER, start_new_session=True) as process:
        yield process
        process.kill()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Process]:
    """An app that starts a daemon in another session and prints the daemon's id."""
    (tmp_path / "daemon.py").write_text(DAEMON)
    folder = tmp_path / "app"
    folder.mkdir()
    process = Process(command="{python} daemon.py", folder=tmp_path, environment={}, output=folder / "app.output")
    yield process
    process.kill()


def start(app: Process, tmp_path: Path) -> int:
    output = tmp_path / "app" / "app.output"
    app.start({"python": sys.executable}, is_ready=lambda: output.read_bytes().endswith(b"\n"), cap_s=60)
    return int(output.read_text())


@pytest.mark.parametrize("end", [Process.stop, Process.kill])
def test_a_daemon_of_the_app_ends_with_the_app(end: Callable[[Process], None], app: Process, tmp_path: Path) -> None:
    """It left the process group of the app, and is found all the same."""
    daemon = start(app, tmp_path)

    end(app)

    assert has_ended(daemon)


@pytest.mark.parametrize("content", ["0", "1", "-1", "{bystander}", "{bystander} 1 x y", "", "\udcff", "9" * 5000])
def test_a_file_of_the_app_is_no_record_of_a_process(
    content: str, tmp_path: Path, bystander: "subprocess.Popen[bytes]"
) -> None:
    """Whatever the app writes, no process outside the run is killed."""
    text = content.format(bystander=bystander.pid).encode("utf-8", "surrogateescape")
    folder = tmp_path / "run"
    app = folder / "worker" / "app-1"
    app.mkdir(parents=True)
    for place in (app / "app.pid", app / "app-1.process", app.with_name("app-1.process")):
        place.write_bytes(text)

    remove_run_folder(folder)

    assert bystander.poll() is None
    assert not folder.exists()


def test_a_record_of_an_older_process_with_the_same_id_is_not_used(
    tmp_path: Path, bystander: "subprocess.Popen[bytes]"
) -> None:
    """The start time differs, so the id belongs to another process now."""
    words = left_processes.identity(bystander.pid).split()
    record = tmp_path / "app-1.process"
    record.write_text(" ".join([words[0], "1", *words[2:]]))

    assert left_processes.recorded_process(record) is None
    assert left_processes.is_dead(record)
    left_processes.write_record(record, bystander.pid)
    assert left_processes.recorded_process(record) == bystander.pid


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Callable[[], tuple[Path, int, int]]]:
    """Start a harness with an app and a daemon; return the run's folder, the daemon's id and the harness's id."""
    (tmp_path / "daemon.py").write_text(DAEMON)
    (tmp_path / "temporary").mkdir()
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "TMPDIR": str(tmp_path / "temporary")}
    running: list[subprocess.Popen[str]] = []

    def begin() -> tuple[Path, int, int]:
        command = [sys.executable, "-c", HARNESS, str(tmp_path)]
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True))
        assert running[0].stdout is not None
        folder, daemon = running[0].stdout.readline().split()
        return Path(folder), int(daemon), running[0].pid

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_the_guard_cleans_up_after_a_killed_harness(killed: Callable[[], tuple[Path, int, int]]) -> None:
    """App, daemon and folder are gone a moment after ``kill -9``."""
    folder, daemon, harness = killed()

    os.kill(harness, signal.SIGKILL)

    assert wait_until(lambda: not is_running(daemon) and not folder.exists(), cap_s=30)


def test_the_next_run_cleans_up_if_the_guard_was_killed_too(
    killed: Callable[[], tuple[Path, int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only folders whose recorded process is dead are removed."""
    folder, daemon, harness = killed()
    monkeypatch.setattr(tempfile, "tempdir", str(folder.parent))
    foreign = Path(tempfile.mkdtemp(prefix="fiskil-harness-run-"))
    alive = new_run_folder("run-")
    guards = Path(f"/proc/{harness}/task/{harness}/children").read_text().split()

    for pid in (*map(int, guards), harness):
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: left_processes.is_dead(folder / OWNER), cap_s=30)
    remove_run_folder(new_run_folder("run-"))

    assert has_ended(daemon)
    assert sorted(folder.parent.iterdir()) == sorted([foreign, alive])
    remove_run_folder(alive)
