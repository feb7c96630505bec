"""Lists the running processes in an app's process group, and the log files that they have open."""

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

PROC = Path("/proc")
DEAD = "ZX"


class Relative(Struct, frozen=True, kw_only=True):
    """One running process of a group. ``size`` is its used memory, in a unit that depends on the platform."""

    pid: int
    parent: int
    size: int


def processes_of(group: int) -> list[Relative]:
    """Return every running process of *group*, by id. Dead processes that wait to be reaped are left out."""
    rows = _from_proc(group) if (PROC / "self/stat").exists() else _from_ps()
    members = [
        Relative(pid=pid, parent=parent, size=size)
        for pid, parent, row_group, state, size in rows
        if row_group == group and state[:1] not in DEAD
    ]
    return sorted(members, key=lambda relative: relative.pid)


class Usage(Struct, frozen=True, kw_only=True):
    """Memory and open files of a process group."""

    memory_bytes: int
    open_files: int
    processes: int


def usage_of(group: int) -> Usage | None:
    """Return what the running processes of *group* use together; None on a system without ``/proc``."""
    if not (PROC / "self/stat").exists():
        return None
    members = processes_of(group)
    files = 0
    for member in members:
        # The process may exit while it is read.
        with contextlib.suppress(OSError):
            files += sum(1 for _ in (PROC / str(member.pid) / "fd").iterdir())
    pages = sum(member.size for member in members)
    return Usage(memory_bytes=pages * os.sysconf("SC_PAGE_SIZE"), open_files=files, processes=len(members))


def worker(group: int) -> int | None:
    """Return the id of a worker process in *group*, or None if the app is a single process.

    Workers are processes without children, except the app's first process. The worker with the most memory is returned,
    because some runtimes also start small helper processes.
    """
    members = processes_of(group)
    parents = {member.parent for member in members}
    workers = [member for member in members if member.pid != group and member.pid not in parents]
    return max(workers, key=lambda relative: (relative.size, relative.pid)).pid if workers else None


def appended_files(group: int) -> set[Path]:
    """Return the regular files that the processes of *group* have open for appending, as log files are.

    The result is empty on a system without ``/proc``.
    """
    return {path for member in processes_of(group) for path in _appended_by(PROC / str(member.pid))}


def groups_writing_into(folder: Path) -> set[int]:
    """Return the groups of the processes whose standard output is a file in *folder*.

    The result is empty on a system without ``/proc``.
    """
    groups = set()
    for output in PROC.glob("[0-9]*/fd/1"):
        # The process may exit while it is read.
        with contextlib.suppress(OSError):
            if output.readlink().is_relative_to(os.path.realpath(folder)):
                groups.add(os.getpgid(int(output.parts[-3])))
    return groups - {os.getpgid(0)}


def _appended_by(process: Path) -> Iterator[Path]:
    # The process may exit, or close a file, while it is read.
    with contextlib.suppress(OSError):
        for opened in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                path = opened.readlink()
                flags = re.search(r"^flags:\s*(\d+)", (process / "fdinfo" / opened.name).read_text(encoding="ascii"), re.M)
                if flags and int(flags[1], 8) & os.O_APPEND and path.is_file():
                    yield path


_Row = tuple[int, int, int, str, int]


def _from_proc(group: int) -> Iterator[_Row]:
    for path in PROC.iterdir():
        # The process may exit while it is read.
        with contextlib.suppress(OSError):
            if path.name.isdecimal() and os.getpgid(int(path.name)) == group:
                fields = (path / "stat").read_text(encoding="latin-1").rpartition(")")[2].split()
                yield int(path.name), int(fields[1]), int(fields[2]), fields[0], int(fields[21])


def _from_ps() -> Iterator[_Row]:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,pgid=,stat=,rss="], capture_output=True, text=True, check=False)
    for line in listing.stdout.splitlines():
        pid, parent, group, state, size = line.split()[:5]
        yield int(pid), int(parent), int(group), state, int(size)
