"""What an app has written since a moment: rotated logs are read on, and what is lost is said."""

import gzip
import shutil
from pathlib import Path

import pytest

from fiskil_harness.app.log_output import EMPTY, MISSING, ROTATED, Mark, Written, end_of, start_of, written_since


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with one old line in it."""
    path = tmp_path / "app.log"
    path.write_bytes(b"old\n")
    return path


def append(path: Path, text: bytes) -> None:
    """Write on."""
    with path.open("ab") as sink:
        sink.write(text)


def test_what_was_there_before_is_not_read(log: Path) -> None:
    """Only what comes behind the mark."""
    since = end_of(log)

    append(log, b"new\n")

    assert written_since(log, since) == Written(text=b"new\n")


def test_a_log_that_is_renamed_is_read_on(log: Path) -> None:
    """The rest of it first, then what stands in its place."""
    since = end_of(log)
    append(log, b"one\n")

    log.rename(log.with_name("app.log.1"))
    append(log, b"two\n")

    assert written_since(log, since) == Written(text=b"one\ntwo\n")


def test_a_log_that_is_renamed_twice_is_read_on(log: Path) -> None:
    """In the order in which it was written; older ones beside it were there before."""
    append(log.with_name("app.log.5"), b"long ago\n")
    since = end_of(log)
    append(log, b"one\n")
    log.rename(log.with_name("app.log.1"))
    append(log, b"two\n")

    log.with_name("app.log.1").rename(log.with_name("app.log.2"))
    log.rename(log.with_name("app.log.1"))
    append(log, b"three\n")

    assert written_since(log, since) == Written(text=b"one\ntwo\nthree\n")


def test_a_log_that_is_copied_and_cut_is_read_on(log: Path) -> None:
    """As logrotate does it with copytruncate."""
    since = end_of(log)
    append(log, b"one\n")

    shutil.copy(log, log.with_name("app.log.1"))
    log.write_bytes(b"")
    append(log, b"two\n")

    assert written_since(log, since) == Written(text=b"one\ntwo\n")


@pytest.mark.parametrize("name", ["app.log.1.gz", "app-2026-11-28.log.gz"])
def test_a_log_that_is_packed_is_read_on(log: Path, name: str) -> None:
    """Packed beside itself, under any of the usual names."""
    since = end_of(log)
    append(log, b"one\n")

    log.with_name(name).write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    append(log, b"two\n")

    assert written_since(log, since) == Written(text=b"one\ntwo\n")


def test_a_log_whose_successor_has_not_come_is_read(log: Path) -> None:
    """Nothing has been written since it was moved."""
    since = end_of(log)
    append(log, b"one\n")

    log.rename(log.with_name("app.log.1"))

    assert written_since(log, since) == Written(text=b"one\n")


def test_a_log_that_was_empty_is_read_where_it_went(log: Path) -> None:
    """It is known by which file it is, having no last bytes."""
    log.write_bytes(b"")
    since = end_of(log)
    append(log, b"one\n")

    log.rename(log.with_name("app.log.1"))
    append(log, b"two\n")

    assert written_since(log, since) == Written(text=b"one\ntwo\n")


def test_a_log_that_is_cut_says_so(log: Path) -> None:
    """What is left is read, and what is gone is no proof of anything."""
    since = end_of(log)

    log.write_bytes(b"x")

    assert written_since(log, since) == Written(text=b"x", problem=ROTATED)


def test_a_log_that_is_deleted_says_so(log: Path) -> None:
    """With a new one in its place, and without."""
    since = end_of(log)
    log.unlink()
    gone = written_since(log, since)

    append(log, b"two\n")

    assert (gone, written_since(log, since)) == (Written(problem=ROTATED), Written(text=b"two\n", problem=ROTATED))


@pytest.mark.parametrize("beside", ["app.db", "app.log.1.zst"])
def test_another_file_does_not_stand_in_for_a_log(log: Path, beside: str) -> None:
    """Nor does one that cannot be unpacked."""
    since = end_of(log)
    append(log, b"one\n")

    log.with_name(beside).write_bytes(b"\x28\xb5\x2f\xfd packed")
    log.unlink()

    assert written_since(log, since).problem == ROTATED


def test_no_file_and_an_empty_one_are_told_apart(tmp_path: Path) -> None:
    """The first is a mistake in the config, perhaps."""
    path = tmp_path / "app.log"
    missing = written_since(path, Mark())

    path.touch()

    assert (missing, written_since(path, start_of(path))) == (Written(problem=MISSING), Written(problem=EMPTY))
