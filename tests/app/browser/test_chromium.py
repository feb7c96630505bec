"""The Chromium of a run: a missing one is reported in one line, and its processes end with the harness."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.app.browser import Chromium
from fiskil_harness.app.browser.chromium import NAMES
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import ToolMissing

pytestmark = pytest.mark.slow

OPENS = """from fiskil_harness.app.browser import Chromium
chromium = Chromium()
chromium.context()
print("open", flush=True)
input()
chromium.close()"""


def descendants(root: int) -> list[Path]:
    """Return every process below *root*."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    below = list(parents.get(root, []))
    for pid in below:
        below += parents.get(pid, [])
    return [Path("/proc") / str(pid) for pid in below]


def command_of(process: Path) -> bytes:
    """Return the command line of a process; empty if it has ended."""
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def open_chromium() -> subprocess.Popen[bytes]:
    """Start a process of the harness in which Chromium runs."""
    process = subprocess.Popen([sys.executable, "-c", OPENS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    return process


@pytest.fixture
def opened() -> subprocess.Popen[bytes]:
    """A process of the harness in which Chromium runs."""
    return open_chromium()


@pytest.mark.parametrize(
    "end", [lambda process: process.kill(), lambda process: process.communicate(b"\n")], ids=["killed", "closed"]
)
def test_no_process_is_left_behind(opened: subprocess.Popen[bytes], end: Callable[..., None]) -> None:
    """Chromium's processes end, however the harness's process ends."""
    started = descendants(opened.pid)

    end(opened)
    opened.communicate()

    assert len(started) > 2
    assert wait_until(lambda: not any(path.exists() for path in started), cap_s=60)


def test_pages_see_no_variable_of_the_team(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chromium opens pages that come from outside, and needs neither credentials nor settings of other programs."""
    monkeypatch.setenv("FISKIL_CLIENT_SECRET", "not for a browser")

    process = open_chromium()
    browsers = [each for each in descendants(process.pid) if b"chrom" in command_of(each).partition(b"\0")[0]]
    environments = [(browser / "environ").read_bytes() for browser in browsers]
    process.communicate(b"\n")

    assert any(b"PATH=" in environment for environment in environments)
    assert not any(b"not for a browser" in environment for environment in environments)


@pytest.mark.parametrize("user", [0, 1000])
def test_only_root_runs_chromium_without_its_sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int) -> None:
    """If the system refuses the sandbox to another user, as it does to root, Chromium starts without it."""
    program = next(path for path in map(shutil.which, NAMES) if path)
    script = tmp_path / NAMES[0]
    script.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/started\nexec {program} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    is_root = os.geteuid() == 0
    monkeypatch.setattr(os, "geteuid", lambda: user)
    chromium = Chromium()

    try:
        chromium.context()
    finally:
        chromium.close()

    started = ["--no-sandbox" in line for line in (tmp_path / "started").read_text().splitlines()]
    if user == 0:
        assert started == [True]
    else:
        assert started == [False, True] if is_root else started[0] is False


def test_without_chromium_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error is one line with the package's name."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolMissing, match="Install the package chromium-headless-shell or chromium"):
        Chromium().context()


def test_a_browser_that_is_never_used_is_never_started() -> None:
    """Closing a browser that was never used does nothing."""
    chromium = Chromium()

    chromium.close()

    assert not chromium.is_running


def test_a_long_path_for_temporary_files_is_replaced(tmp_path: Path) -> None:
    """A socket's path has a limited length, so Chromium gets a short temporary folder."""
    folder = tmp_path / ("deep" * 20)
    folder.mkdir()
    code = (
        "from fiskil_harness.app.browser import Chromium; chromium = Chromium();"
        "chromium.context(); print(chromium.is_running); chromium.close(); print(chromium.is_running)"
    )

    completed = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"TMPDIR": str(folder)}, capture_output=True, text=True, check=False
    )

    assert (completed.stdout.split(), completed.returncode) == (["True", "False"], 0), completed.stderr
