"""The temporary folder of a run, which is removed at its end, even if the harness is killed.

A guard process removes the folder of a killed run and kills its apps. If the guard was killed too, the next run does so.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fiskil_harness.app import left_processes
from fiskil_harness.app.process_group import groups_writing_into

PREFIX = "fiskil-harness-"
OWNER = "owner"
"""File in the folder with the identity of the harness process."""

_guards: dict[Path, "subprocess.Popen[bytes]"] = {}


def new_run_folder(kind: str = "") -> Path:
    """Return a new temporary folder with a guard, and remove the folders of dead runs."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}"))
    left_processes.write_record(folder / OWNER, os.getpid())
    command = [sys.executable, "-I", "-S", left_processes.__file__]
    guard = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, cwd="/")
    assert guard.stdin is not None
    guard.stdin.write(os.fsencode(folder) + b"\n")
    guard.stdin.flush()
    _guards[folder] = guard
    return folder


def remove_run_folder(folder: Path) -> None:
    """Kill the apps' processes that still run, remove the folder, and end its guard."""
    left_processes.kill_apps_in(folder)
    # A worker that was killed just after it started its app has not recorded the app's process.
    for group in groups_writing_into(folder):
        left_processes.kill_group(group)
    shutil.rmtree(folder, ignore_errors=True)
    guard = _guards.pop(folder, None)
    if guard is not None:
        guard.communicate(left_processes.DONE)


def _sweep() -> None:
    """Kill the processes and remove the folders of runs whose process is dead."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if not folder.is_symlink() and _is_own(folder) and left_processes.is_dead(folder / OWNER):
            left_processes.kill_apps_in(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    try:
        return folder.lstat().st_uid == os.getuid()
    except OSError:
        return False
