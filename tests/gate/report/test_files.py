"""Report files: whole or not there, and a place that cannot be written to is said before a long run."""

import os
import stat
from pathlib import Path

import pytest

from fiskil_harness.errors import UsageError
from fiskil_harness.gate.report import files


def test_a_file_is_replaced_in_one_move(tmp_path: Path) -> None:
    """The new text is there, the old one is gone, and nothing else lies around."""
    path = tmp_path / "report.json"
    path.write_text("old")

    files.write(path, "new")

    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_reports_are_for_everybody_and_credentials_for_their_owner(tmp_path: Path) -> None:
    """The mode is set before the file is in place."""
    report, credentials = tmp_path / "report.json", tmp_path / "fiskil.env"

    files.write(report, "{}")
    files.write(credentials, "SECRET=1", mode=0o600)

    assert [stat.S_IMODE(path.stat().st_mode) for path in (report, credentials)] == [0o644, 0o600]


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old report stays as it was, and no half-written one lies beside it."""
    path = tmp_path / "report.json"
    path.write_text("old")
    full = OSError(28, "No space left on device")
    monkeypatch.setattr(os, "fsync", lambda _handle: (_ for _ in ()).throw(full))

    with pytest.raises(
        UsageError, match=r"Cannot write .*report\.json': No space left on device\. Nothing was written there\.$"
    ):
        files.write(path, "new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_of_several_files_those_that_were_written_are_named(tmp_path: Path) -> None:
    """A reader who looks for the others finds them, though one in the middle could not be written."""
    first, third = tmp_path / "report.json", tmp_path / "report.md"
    second = tmp_path / "missing" / "report.xml"

    with pytest.raises(UsageError) as refused:
        files.write_each([(first, "{}"), (second, "<a/>"), (third, "# A")])

    assert str(refused.value) == (
        f"Cannot write {str(second)!r}: No such file or directory. Written: {str(first)!r}, {str(third)!r}."
    )
    assert [first.read_text(), third.read_text()] == ["{}", "# A"]


def test_of_several_files_none_of_which_could_be_written_each_is_named(tmp_path: Path) -> None:
    """Nothing is claimed that is not so."""
    nowhere = tmp_path / "missing"

    with pytest.raises(
        UsageError, match=r"a\.json': No such .* Cannot write .*b\.xml': No such .* Nothing was written there\.$"
    ):
        files.write_each([(nowhere / "a.json", "{}"), (nowhere / "b.xml", "<a/>")])


def test_a_device_is_written_to_and_never_replaced() -> None:
    """A report sent to /dev/null leaves /dev/null a device."""
    files.write(Path("/dev/null"), "text")

    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What the link points at gets the text."""
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "target").write_text("old")

    files.write(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


@pytest.mark.parametrize(("place", "words"), [("missing/report.json", "there is no folder"), (".", "it is a folder")])
def test_a_place_that_cannot_be_written_to_is_said_at_once(tmp_path: Path, place: str, words: str) -> None:
    """A run of a minute must not end in a report that has no place."""
    with pytest.raises(UsageError, match=words):
        files.refuse_unwritable(tmp_path / place)
