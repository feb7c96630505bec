"""The files of an app's folder: logs from a mark on, others complete, and none of the harness."""

from pathlib import Path

import pytest

from fiskil_harness.app.written_files import MOST_FILES, Folder, WrittenFile, empty_folder, is_log


def test_logs_are_read_from_the_mark_on(tmp_path: Path) -> None:
    """New content of logs is read, under names that are the same in each run."""
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
    """A database and its write-ahead log have one name."""
    (tmp_path / "app.db").write_bytes(b"rows")
    folder = Folder(tmp_path, logs=())

    (tmp_path / "app.db-wal").write_bytes(b"more")

    assert [(written_file.name, written_file.text, written_file.is_log) for written_file in folder.written()] == [
        ("app.db", b"rows", False),
        ("app.db", b"more", False),
    ]


def test_a_renamed_log_is_recognised(tmp_path: Path) -> None:
    """Earlier content of a renamed log is not new."""
    log = tmp_path / "debug.log"
    log.write_bytes(b"old\n")
    folder = Folder(tmp_path, logs=())

    log.rename(tmp_path / "debug.log.1")

    assert [written_file.text for written_file in folder.written()] == [b""]


def test_files_of_the_harness_and_configured_logs_are_left_out(tmp_path: Path) -> None:
    """The harness's files and the configured logs, rotated or not, are left out."""
    for name in ("app.output", "ca.pem", "key.pem", "app.log", "app.log.1"):
        (tmp_path / name).write_bytes(b"x")

    assert list(Folder(tmp_path, logs=[tmp_path / "app.log"]).written()) == []


@pytest.mark.parametrize(("suffix", "kind"), [("json", "data"), ("log", "log")])
def test_many_files_of_one_kind_do_not_hide_the_others(tmp_path: Path, suffix: str, kind: str) -> None:
    """An app may store each record in a file of its own; the logs are still read."""
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number}.{suffix}").write_bytes(b"x")
    (tmp_path / "state.db").write_bytes(b"rows")
    (tmp_path / "trace.log").write_bytes(b"hello")

    written = list(Folder(tmp_path, logs=()).written())

    problems = [f"{file.is_log} {file.problem}" for file in written if file.problem]
    assert problems == [f"{kind == 'log'} it has more than {MOST_FILES} {kind} files; the rest was not read"]
    other = "trace.log" if kind == "data" else "state.db"
    assert other in {file.name for file in written}


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
def test_logs_are_recognised_by_their_names(name: str, expected: bool) -> None:
    """Rotated and compressed logs are recognised too."""
    assert is_log(Path(name)) is expected


def test_an_emptied_folder_keeps_the_files_of_the_harness_and_the_logs(tmp_path: Path) -> None:
    """A link is removed, and not what it leads to."""
    elsewhere = tmp_path / "elsewhere"
    folder = tmp_path / "app"
    (folder / "data" / "deep").mkdir(parents=True)
    elsewhere.mkdir()
    for path in (
        folder / "app.output",
        folder / "app.log",
        folder / "app.db",
        folder / "data" / "deep" / "x",
        elsewhere / "y",
    ):
        path.write_text("text")
    (folder / "link").symlink_to(elsewhere)

    empty_folder(folder, keep=[folder / "app.log"])

    assert sorted(path.name for path in folder.rglob("*")) == ["app.log", "app.output"]
    assert (elsewhere / "y").exists()


def test_a_database_file_with_the_name_of_a_log_is_data(tmp_path: Path) -> None:
    """LevelDB and others name a file so; its content is binary, and a compressed log is still a log."""
    (tmp_path / "000003.log").write_bytes(b"\x1f\x00\x01rows")
    (tmp_path / "debug.log.gz").write_bytes(b"\x1f\x8b\x08\x00")

    assert [is_log(tmp_path / name) for name in ("000003.log", "debug.log.gz")] == [False, True]
