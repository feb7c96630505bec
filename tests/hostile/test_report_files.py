"""Report files: their permissions follow the umask of the user."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiskil_harness.gate.report import files


@pytest.fixture
def umask() -> Iterator[None]:
    """A umask that gives nothing to other users."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_a_report_follows_the_umask(tmp_path: Path) -> None:
    """Other users cannot read it."""
    files.write(tmp_path / "report.json", "{}")
    files.write_each([(tmp_path / "report.html", "")])

    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
