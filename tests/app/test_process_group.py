"""The processes of an app: found by their group, told from one another, and from those of others."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from fiskil_harness.app import process_group as room
from fiskil_harness.app.process_group import family, worker
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
    """A parent with a small child and a large one, in a group of their own."""
    given = [sys.executable, "-c", PARENT]
    with subprocess.Popen(given, stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:
        yield parent
        os.killpg(parent.pid, 9)


def test_everybody_in_the_group_is_found(started: subprocess.Popen[str]) -> None:
    """Parent and children, and nobody else."""
    assert started.stdout is not None
    children = [int(word) for word in started.stdout.readline().split()]

    assert {(relative.pid, relative.parent) for relative in family(started.pid)} == {
        (started.pid, os.getpid()),
        *((pid, started.pid) for pid in children),
    }


def test_the_largest_child_works(started: subprocess.Popen[str]) -> None:
    """Small ones beside it only watch."""
    assert started.stdout is not None
    _, large = (int(word) for word in started.stdout.readline().split())

    assert wait_until(lambda: worker(started.pid) == large, cap_s=30)


def test_a_dead_process_is_no_relative(started: subprocess.Popen[str]) -> None:
    """Who waits to be reaped is gone."""
    assert started.stdout is not None
    small, _ = (int(word) for word in started.stdout.readline().split())

    os.kill(small, 9)

    assert wait_until(lambda: small not in {relative.pid for relative in family(started.pid)}, cap_s=30)


def test_a_single_process_has_no_worker() -> None:
    """It is the app itself."""
    alone = subprocess.Popen([sys.executable, "-c", WATCHER], start_new_session=True)

    assert (len(family(alone.pid)), worker(alone.pid)) == (1, None)
    alone.kill()
    alone.wait()


def test_ps_tells_the_same_as_proc(started: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no /proc, as on a Mac, ps is asked."""
    assert started.stdout is not None
    started.stdout.readline()
    by_proc = family(started.pid)

    monkeypatch.setattr(room, "PROC", room.PROC / "nowhere")

    assert [(relative.pid, relative.parent) for relative in family(started.pid)] == [
        (relative.pid, relative.parent) for relative in by_proc
    ]
