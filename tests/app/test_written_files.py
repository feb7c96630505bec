"""The files of an app's folder: logs since a moment, others whole, and none of ours."""

from pathlib import Path

import pytest

from fiskil_harness.app.written_files import Folder, WrittenFile, is_log


def test_logs_are_read_from_the_moment_on(tmp_path: Path) -> None:
    """Each under a name that is the same in each run."""
    (tmp_path / "debug.log").write_bytes(b"old\n")
    folder = Folder(tmp_path, logs=())

    (tmp_path / "debug.log").write_bytes(b"old\nnew\n")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "worker-4711.txt").write_bytes(b"hello")

    assert list(folder.written()) == [
        WrittenFile(name="debug.log", text=b"new\n", is_log=True),
        WrittenFile(name="logs/worker-*.txt", text=b"hello", is_log=True),
    ]


def test_other_files_are_read_whole(tmp_path: Path) -> None:
    """A database and its journal go under one name."""
    (tmp_path / "app.db").write_bytes(b"rows")
    folder = Folder(tmp_path, logs=())

    (tmp_path / "app.db-wal").write_bytes(b"more")

    assert [(written_file.name, written_file.text, written_file.is_log) for written_file in folder.written()] == [
        ("app.db", b"rows", False),
        ("app.db", b"more", False),
    ]


def test_a_log_that_was_renamed_is_known_again(tmp_path: Path) -> None:
    """What stood in it before is not new because its name is."""
    log = tmp_path / "debug.log"
    log.write_bytes(b"old\n")
    folder = Folder(tmp_path, logs=())

    log.rename(tmp_path / "debug.log.1")

    assert [written_file.text for written_file in folder.written()] == [b""]


def test_what_is_ours_or_configured_is_left_out(tmp_path: Path) -> None:
    """The first is no file of the app's, the second is read elsewhere, rotated or not."""
    for name in ("app.output", "app.pid", "ca.pem", "key.pem", "app.log", "app.log.1"):
        (tmp_path / name).write_bytes(b"x")

    assert list(Folder(tmp_path, logs=[tmp_path / "app.log"]).written()) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("app.log", True),
        ("app.log.2", True),
        ("app.log-20261128", True),
        ("app.log.gz", True),
        ("notes.txt", True),
        ("nohup.out", True),
        ("app.db", False),
        ("catalog", False),
        ("app.logic.py", False),
        ("state.json", False),
    ],
)
def test_logs_are_known_by_their_names(name: str, expected: bool) -> None:
    """Rotated and packed ones too."""
    assert is_log(Path(name)) is expected
