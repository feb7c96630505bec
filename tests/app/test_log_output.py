"""The output of an app since a mark: rotated logs are read too, and losses are reported."""

import gzip
import shutil
from pathlib import Path

import pytest

from fiskil_harness.app.log_output import EMPTY, MISSING, ROTATED, LogOutput, Mark, end_of, start_of, written_since


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with one old line in it."""
    path = tmp_path / "app.log"
    path.write_bytes(b"old\n")
    return path


def append(path: Path, text: bytes) -> None:
    """Append to the file."""
    with path.open("ab") as sink:
        sink.write(text)


def test_earlier_content_is_not_read(log: Path) -> None:
    """Only what follows the mark is read."""
    since = end_of(log)

    append(log, b"new\n")

    assert written_since(log, since) == LogOutput(text=b"new\n")


def test_a_renamed_log_is_read(log: Path) -> None:
    """The rest of the renamed file comes first, then the new file."""
    since = end_of(log)
    append(log, b"one\n")

    log.rename(log.with_name("app.log.1"))
    append(log, b"two\n")

    assert written_since(log, since) == LogOutput(text=b"one\ntwo\n")


def test_a_log_that_is_renamed_twice_is_read(log: Path) -> None:
    """Rotated files are read in the order of writing; those that existed before are not."""
    append(log.with_name("app.log.5"), b"long ago\n")
    since = end_of(log)
    append(log, b"one\n")
    log.rename(log.with_name("app.log.1"))
    append(log, b"two\n")

    log.with_name("app.log.1").rename(log.with_name("app.log.2"))
    log.rename(log.with_name("app.log.1"))
    append(log, b"three\n")

    assert written_since(log, since) == LogOutput(text=b"one\ntwo\nthree\n")


def test_a_copied_and_truncated_log_is_read(log: Path) -> None:
    """Logrotate's copytruncate works so."""
    since = end_of(log)
    append(log, b"one\n")

    shutil.copy(log, log.with_name("app.log.1"))
    log.write_bytes(b"")
    append(log, b"two\n")

    assert written_since(log, since) == LogOutput(text=b"one\ntwo\n")


@pytest.mark.parametrize("name", ["app.log.1.gz", "app-2026-11-28.log.gz"])
def test_a_compressed_log_is_read(log: Path, name: str) -> None:
    """A compressed copy under any of the usual names is read."""
    since = end_of(log)
    append(log, b"one\n")

    log.with_name(name).write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    append(log, b"two\n")

    assert written_since(log, since) == LogOutput(text=b"one\ntwo\n")


def test_a_renamed_log_without_a_new_file_is_read(log: Path) -> None:
    """The rotated file is read even if no new file exists yet."""
    since = end_of(log)
    append(log, b"one\n")

    log.rename(log.with_name("app.log.1"))

    assert written_since(log, since) == LogOutput(text=b"one\n")


def test_a_renamed_log_that_was_empty_is_read(log: Path) -> None:
    """An empty file has no last bytes, so it is recognised by its inode."""
    log.write_bytes(b"")
    since = end_of(log)
    append(log, b"one\n")

    log.rename(log.with_name("app.log.1"))
    append(log, b"two\n")

    assert written_since(log, since) == LogOutput(text=b"one\ntwo\n")


def test_a_truncated_log_is_reported(log: Path) -> None:
    """The remaining content is read, and the loss is reported."""
    since = end_of(log)

    log.write_bytes(b"x")

    assert written_since(log, since) == LogOutput(text=b"x", problem=ROTATED)


def test_a_deleted_log_is_reported(log: Path) -> None:
    """The loss is reported with and without a new file in its place."""
    since = end_of(log)
    log.unlink()
    without_file = written_since(log, since)

    append(log, b"two\n")

    assert (without_file, written_since(log, since)) == (
        LogOutput(problem=ROTATED),
        LogOutput(text=b"two\n", problem=ROTATED),
    )


@pytest.mark.parametrize("beside", ["app.db", "app.log.1.zst"])
def test_another_file_is_not_read_as_a_log(log: Path, beside: str) -> None:
    """Neither an unrelated file nor an unreadable one counts as a rotated log."""
    since = end_of(log)
    append(log, b"one\n")

    log.with_name(beside).write_bytes(b"\x28\xb5\x2f\xfd packed")
    log.unlink()

    assert written_since(log, since).problem == ROTATED


def test_a_missing_file_differs_from_an_empty_one(tmp_path: Path) -> None:
    """A missing file may be a mistake in the config, so it differs from an empty one."""
    path = tmp_path / "app.log"
    missing = written_since(path, Mark())

    path.touch()

    assert (missing, written_since(path, start_of(path))) == (LogOutput(problem=MISSING), LogOutput(problem=EMPTY))
