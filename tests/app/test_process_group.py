"""The processes of an app: found by their group, and distinguished from each other and from other processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiskil_harness.app import process_group
from fiskil_harness.app.process_group import appended_files, groups_writing_into, processes_of, usage_of, worker
from fiskil_harness.core.clock import wait_until

WATCHER = "import time; time.sleep(600)"
PARENT = f"""
import subprocess, sys, time
small = subprocess.Popen([sys.executable, "-c", {WATCHER!r}])
large = subprocess.Popen([sys.executable, "-c", "x = bytearray(64_000_000); " + {WATCHER!r}])
print(small.pid, large.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def started() -> Iterator[subprocess.Popen[str]]:
    """A parent with a small child and a large one, in their own group."""
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:
        yield parent
        os.killpg(parent.pid, 9)


def test_every_process_of_the_group_is_found(started: subprocess.Popen[str]) -> None:
    """Parent and children are found, and no other process."""
    assert started.stdout is not None
    children = [int(word) for word in started.stdout.readline().split()]

    assert {(relative.pid, relative.parent) for relative in processes_of(started.pid)} == {
        (started.pid, os.getpid()),
        *((pid, started.pid) for pid in children),
    }


def test_the_largest_child_is_the_worker(started: subprocess.Popen[str]) -> None:
    """The largest child counts as the worker; small ones are helpers."""
    assert started.stdout is not None
    _, large = (int(word) for word in started.stdout.readline().split())

    assert wait_until(lambda: worker(started.pid) == large, cap_s=30)


def test_a_dead_process_is_left_out(started: subprocess.Popen[str]) -> None:
    """A process that waits to be reaped is left out."""
    assert started.stdout is not None
    small, _ = (int(word) for word in started.stdout.readline().split())

    os.kill(small, 9)

    assert wait_until(lambda: small not in {relative.pid for relative in processes_of(started.pid)}, cap_s=30)


def test_a_single_process_has_no_worker() -> None:
    """A single process is the app itself."""
    single = subprocess.Popen([sys.executable, "-c", WATCHER], start_new_session=True)

    assert (len(processes_of(single.pid)), worker(single.pid)) == (1, None)
    single.kill()
    single.wait()


def test_ps_gives_the_same_result_as_proc(started: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without /proc, as on macOS, ps gives the same result."""
    assert started.stdout is not None
    started.stdout.readline()
    by_proc = processes_of(started.pid)

    monkeypatch.setattr(process_group, "PROC", process_group.PROC / "nowhere")

    assert [(relative.pid, relative.parent) for relative in processes_of(started.pid)] == [
        (relative.pid, relative.parent) for relative in by_proc
    ]


def test_files_that_are_appended_to_are_found(tmp_path: Path) -> None:
    """A log is open for appending; a database, and a file that is only read, are not."""
    program = f"""
import os, time
files = [open({str(tmp_path / "app.log")!r}, "a"), open({str(tmp_path / "data")!r}, "w+"), open({__file__!r})]
print("open", flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True) as app:
        assert app.stdout is not None
        app.stdout.readline()
        found = appended_files(app.pid)
        app.kill()

    assert found == {tmp_path / "app.log"}


def test_a_process_is_found_by_its_output(tmp_path: Path) -> None:
    """Its group is found although its id was never written down."""
    with (tmp_path / "app.output").open("w") as output:
        command = [sys.executable, "-c", WATCHER]
        with subprocess.Popen(command, stdout=output, start_new_session=True) as app:
            groups = groups_writing_into(tmp_path)
            app.kill()

    assert groups == {app.pid}


def test_the_usage_of_a_group_is_that_of_all_its_processes(started: subprocess.Popen[str]) -> None:
    """The parent and both children count; the large child alone has 64 MB."""
    assert started.stdout is not None
    started.stdout.readline()

    usage = wait_until(
        lambda: found if (found := usage_of(started.pid)) and found.memory_bytes > 64_000_000 else None, cap_s=10
    )

    assert usage is not None
    assert (usage.processes, usage.open_files >= 9) == (3, True)
