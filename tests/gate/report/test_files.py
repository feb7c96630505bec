"""Report files are written atomically, and a path that cannot be written is reported before a long run."""

import os
import stat
from pathlib import Path

import pytest

from fiskil_harness.errors import UsageError
from fiskil_harness.gate.report import files


def test_a_file_is_replaced_atomically(tmp_path: Path) -> None:
    """The file contains the new text, and no temporary file is left."""
    path = tmp_path / "report.json"
    path.write_text("old")

    files.write(path, "new")

    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_credentials_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    """Other files are readable by all users."""
    report, credentials = tmp_path / "report.json", tmp_path / "fiskil.env"

    files.write(report, "{}")
    files.write(credentials, "SECRET=1", mode=0o600)

    assert [stat.S_IMODE(path.stat().st_mode) for path in (report, credentials)] == [0o644, 0o600]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message states the reason, and no incomplete file is left."""
    path = tmp_path / "report.json"
    path.write_text("old")
    full = OSError(28, "No space left on device")
    monkeypatch.setattr(os, "fsync", lambda _descriptor: (_ for _ in ()).throw(full))

    with pytest.raises(
        UsageError, match=r"Cannot write .*report\.json': No space left on device\. Nothing was written there\.$"
    ):
        files.write(path, "new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_if_one_file_fails_the_others_are_written_and_named(tmp_path: Path) -> None:
    """The message names the file that failed and the files that were written."""
    first, third = tmp_path / "report.json", tmp_path / "report.md"
    second = tmp_path / "missing" / "report.xml"

    with pytest.raises(UsageError) as refused:
        files.write_each([(first, "{}"), (second, "<a/>"), (third, "# A")])

    assert str(refused.value) == (
        f"Cannot write {str(second)!r}: No such file or directory. Written: {str(first)!r}, {str(third)!r}."
    )
    assert [first.read_text(), third.read_text()] == ["{}", "# A"]


def test_if_every_file_fails_each_is_named(tmp_path: Path) -> None:
    """The message states that nothing was written."""
    missing = tmp_path / "missing"

    with pytest.raises(
        UsageError, match=r"a\.json': No such .* Cannot write .*b\.xml': No such .* Nothing was written there\.$"
    ):
        files.write_each([(missing / "a.json", "{}"), (missing / "b.xml", "<a/>")])


def test_a_device_is_not_replaced_by_a_file() -> None:
    """A report written to /dev/null leaves /dev/null a device."""
    files.write(Path("/dev/null"), "text")

    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The target of the link receives the text."""
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "target").write_text("old")

    files.write(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


@pytest.mark.parametrize(("place", "words"), [("missing/report.json", "there is no folder"), (".", "it is a folder")])
def test_a_path_that_cannot_be_written_is_refused_in_advance(tmp_path: Path, place: str, words: str) -> None:
    """The error occurs before a run whose report could not be written."""
    with pytest.raises(UsageError, match=words):
        files.refuse_unwritable(tmp_path / place)
