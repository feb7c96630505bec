"""The one Chromium of a run: what is missing is said in one line, and nothing of it outlives its process."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.app.browser import Chromium
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import ToolMissing

pytestmark = pytest.mark.slow

OPENS = """from fiskil_harness.app.browser import Chromium
made = Chromium()
made.context()
print("open", flush=True)
input()
made.close()"""


def descendants(root: int) -> list[Path]:
    """Every process below *root*."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    below = list(parents.get(root, []))
    for number in below:
        below += parents.get(number, [])
    return [Path("/proc") / str(number) for number in below]


def command_of(process: Path) -> bytes:
    """How a process was started; empty where it is gone by now."""
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture
def opened() -> subprocess.Popen[bytes]:
    """A process of ours in which Chromium runs."""
    made = subprocess.Popen([sys.executable, "-c", OPENS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert made.stdout is not None
    assert made.stdout.readline() == b"open\n"
    return made


@pytest.mark.parametrize(
    "end", [lambda value: value.kill(), lambda value: value.communicate(b"\n")], ids=["killed", "closed"]
)
def test_nothing_is_left_behind(opened: subprocess.Popen[bytes], end: Callable[..., None]) -> None:
    """However its process ends."""
    started = descendants(opened.pid)

    end(opened)
    opened.communicate()

    assert len(started) > 2
    assert wait_until(lambda: not any(path.exists() for path in started), cap_s=60)


def test_without_chromium_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line, with the package's name."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolMissing, match="Install the package chromium"):
        Chromium().context()


def test_one_that_was_never_needed_was_never_started() -> None:
    """Closing it is nothing."""
    made = Chromium()

    made.close()

    assert not made.is_running


def test_a_long_path_for_temporary_files_hinders_nobody(tmp_path: Path) -> None:
    """A socket has no room in it, so Chromium is given a shorter one."""
    folder = tmp_path / ("deep" * 20)
    folder.mkdir()
    code = (
        "from fiskil_harness.app.browser import Chromium; one = Chromium();"
        "one.context(); print(one.is_running); one.close(); print(one.is_running)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"TMPDIR": str(folder)}, capture_output=True, text=True, check=False
    )

    assert (done.stdout.split(), done.returncode) == (["True", "False"], 0), done.stderr
