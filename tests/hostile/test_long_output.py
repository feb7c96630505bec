"""Apps that write very much: a failed start reads only the end of the output, and the file on disk stays limited."""

import sys
import tracemalloc
from pathlib import Path

import pytest

from fiskil_harness.app.log_output import ROTATED, end_of, written_since
from fiskil_harness.app.output_limit import OutputLimit, notice
from fiskil_harness.app.process import Process
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import AppError, AppRefusal

LOUD = """
import sys
for _ in range(120):
    sys.stdout.write("x" * 1_000_000 + "\\n")
sys.exit("it was too loud")
"""


def test_a_failed_start_reads_only_the_end_of_the_output(tmp_path: Path) -> None:
    """The error has the last lines; 120 MB of output are not in memory."""
    (tmp_path / "loud.py").write_text(LOUD)
    process = Process(command="{python} loud.py", folder=tmp_path, environment={}, output=tmp_path / "out")
    tracemalloc.start()

    with pytest.raises(AppRefusal, match="it was too loud"):
        process.start({"python": sys.executable}, is_ready=lambda: False, cap_s=60)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20_000_000


def test_the_last_lines_are_not_one_long_line(tmp_path: Path) -> None:
    """A line without an end is cut."""
    process = Process(
        command="{python} -c 'print(\"x\" * 9_000_000)'", folder=tmp_path, environment={}, output=tmp_path / "out"
    )

    with pytest.raises(AppError) as error:
        process.start({"python": sys.executable}, is_ready=lambda: False, cap_s=60)

    assert len(str(error.value)) < 10_000


def test_a_long_output_file_is_emptied_and_says_so(tmp_path: Path) -> None:
    """The app goes on writing to the file, and the next reader learns that output is missing."""
    path = tmp_path / "out"
    path.touch()
    with path.open("ab", buffering=0) as app:
        app.write(b"before\n")
        mark = end_of(path)
        limit = OutputLimit(path, most_bytes=1000, every_s=0.01)
        app.write(b"x" * 2000)
        assert wait_until(lambda: path.read_bytes() == notice(1000), cap_s=30)
        app.write(b"after\n")
        limit.stop()

    assert path.read_bytes() == notice(1000) + b"after\n"
    assert written_since(path, mark).problem == ROTATED
