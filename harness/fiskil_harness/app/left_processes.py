"""Finds and kills processes that an app left behind: daemons, and apps whose harness was killed.

Each process of an app inherits a variable with the app's folder, so it is found even if it left the app's process group. A
second way, for systems without ``/proc``, is a record beside the folder: process id and start time, because ids are reused.

Run as a script, this module is the guard of a run: it waits until the harness exits, and cleans up if it was killed.
The script starts in isolated mode, so the module imports only the standard library.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PROC = Path("/proc")
MARK = "FISKIL_HARNESS_FOLDER"
"""Environment variable of every process of an app; contains the app's folder."""

SUFFIX = ".process"
"""Suffix of a record; the record of the app with the folder ``app-1`` is ``app-1.process``, which the app does not own."""

DYING_S = 5.0
DEAD = "ZX"
DONE = b"done"


def mark_of(folder: Path) -> dict[str, str]:
    """Return the environment variable for the processes of the app with this folder."""
    return {MARK: os.path.realpath(folder)}


def identity(pid: int) -> str:
    """Return a text that no other process on this machine has: id, start time, and boot and namespace of the id.

    It is empty if no such process runs.
    """
    with contextlib.suppress(OSError, IndexError):
        fields = (PROC / str(pid) / "stat").read_text(encoding="latin-1").rpartition(")")[2].split()
        if fields[0] in DEAD:
            return ""
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{pid} {fields[19]} {boot} {(PROC / 'self/ns/pid').readlink()}"
    if (PROC / "self/stat").exists():
        return ""
    listing = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return f"{pid} {'_'.join(listing.stdout.split())} - -" if listing.stdout.strip() else ""


def write_record(path: Path, pid: int) -> None:
    """Write the identity of the process *pid*."""
    path.write_text(identity(pid), encoding="ascii")


def recorded_process(path: Path) -> int | None:
    """Return the id of the process in a record; None if it does not run, or the record is not one of this machine."""
    try:
        text = path.read_text(encoding="ascii") if path.is_file() and not path.is_symlink() else ""
        pid = int(text.partition(" ")[0] or 0)
    except (OSError, ValueError):
        return None
    return pid if pid > 1 and identity(pid) == text else None


def is_dead(path: Path) -> bool:
    """Return true if the process in the record existed in this boot and namespace of process ids, and does not run."""
    try:
        words = path.read_text(encoding="ascii").split() if path.is_file() and not path.is_symlink() else []
    except (OSError, ValueError):
        return False
    is_ours = len(words) == 4 and words[0].isdecimal() and words[2:] == identity(os.getpid()).split()[2:]
    return is_ours and recorded_process(path) is None


def processes_with_mark(folder: Path) -> set[int]:
    """Return the processes whose variable names *folder* or a folder below it, without this process.

    The result is empty on a system without ``/proc``.
    """
    marked = set()
    path = os.fsencode(os.path.realpath(folder))
    for entry in PROC.glob("[0-9]*"):
        # The process may exit while it is read, or belong to another user.
        with contextlib.suppress(OSError):
            _, is_marked, rest = (b"\0" + (entry / "environ").read_bytes()).partition(f"\0{MARK}=".encode() + path)
            if is_marked and rest[:1] in {b"\0", b"/"}:
                marked.add(int(entry.name))
    return marked - {os.getpid()}


def kill_marked(folder: Path) -> None:
    """Kill every process with the mark of *folder* until none is left, for at most ``DYING_S`` real seconds."""
    deadline = time.monotonic() + DYING_S
    while (marked := processes_with_mark(folder)) and time.monotonic() < deadline:
        for pid in marked:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def kill_apps_in(folder: Path) -> None:
    """Kill the apps of a run, whose folder contains the apps' folders, or folders of workers with the apps' folders."""
    # No record is read in an app's own folder, where the app may write anything.
    for record in (*folder.glob(f"*{SUFFIX}"), *folder.glob(f"worker*/*{SUFFIX}")):
        leader = recorded_process(record)
        if leader is not None:
            with contextlib.suppress(OSError):
                kill_group(os.getpgid(leader))
    kill_marked(folder)


def kill_group(group: int) -> None:
    """Kill a process group, unless it is the group of this process."""
    if group > 1 and group != os.getpgid(0):
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def guard() -> None:
    """Read the run's folder from standard input, wait for its end, and clean up unless the harness said it is done."""
    words = sys.stdin.buffer.read().split(b"\n")
    if DONE not in words[1:]:
        folder = Path(os.fsdecode(words[0]))
        kill_apps_in(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    guard()
