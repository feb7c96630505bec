"""Mistakes of the user and of the machine: one sentence and exit code 2 each, never an internal error or a wait."""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from fiskil_harness.app.log_output import NO_FILE, Mark, end_of, written_since
from fiskil_harness.core.config import load, parse
from fiskil_harness.errors import ConfigError, UsageError
from fiskil_harness.gate.report import files
from tests.paths import SOURCE

Completed = subprocess.CompletedProcess[bytes]


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Completed]:
    """Run the program in a folder with a config."""
    (tmp_path / "fiskil-harness.toml").write_text('[app]\ncommand = "{python} -V"\n')

    def run(*arguments: str | bytes, **options: object) -> Completed:
        environment = os.environ | {"PYTHONPATH": str(SOURCE)} | options.pop("env", {})  # type: ignore[operator]
        command = [sys.executable, "-m", "fiskil_harness", *arguments]
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            command, cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=60, **options
        )

    return run


def refused(done: Completed, words: str) -> None:
    """Require exit code 2 and a message with *words* and without a traceback."""
    message = " ".join(done.stderr.decode().split())
    assert done.returncode == 2, message
    assert words in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[app]\ncommand = "run"\nenv = { "A=B" = "x" }', "app.env has the variable 'A=B'"),
        ('[app]\ncommand = "run"\nenv = { "" = "x" }', "app.env has the variable ''"),
        ('[app]\ncommand = "run"\nenv = { A = "x\\u0000y" }', "contains the character NUL"),
        ('[app]\ncommand = "run"\nenv = { "A\\u0000" = "y" }', "contains the character NUL"),
        ('[app]\ncommand = "run\\u0000"', "contains the character NUL"),
        ('[app]\nobserve.logs = ["\\u0000"]', "contains the character NUL"),
        ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("a" + ".a" * 20000 + " = 1", "nested too deeply"),
        ("a = " + "{a=" * 3000 + "1" + "}" * 3000, "nested too deeply"),
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_a_bad_config_is_refused(text: str, words: str, tmp_path: Path) -> None:
    """The error names the place or the reason."""
    path = tmp_path / "fiskil-harness.toml"
    path.write_text(text)

    with pytest.raises(ConfigError) as error:
        load(path)

    assert words in str(error.value)


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    """Some editors write one."""
    path = tmp_path / "fiskil-harness.toml"
    path.write_bytes(b'\xef\xbb\xbf[app]\ncommand = "run"\n')

    assert load(path).app.command == "run"


def test_a_config_of_a_caller_is_checked_too(tmp_path: Path) -> None:
    """A dict in place of a file."""
    with pytest.raises(ConfigError, match="NUL"):
        parse({"app": {"command": "a\0"}}, folder=tmp_path)


def test_a_deleted_working_folder(program: Callable[..., Completed], tmp_path: Path) -> None:
    """The folder disappears before the command starts."""
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f'cd {gone} && rmdir {gone} && exec "{sys.executable}" -P -m fiskil_harness run happy_path'
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}

    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, check=False, timeout=60)

    refused(done, "The working folder does not exist any more")


def test_a_path_that_is_no_utf_8(program: Callable[..., Completed]) -> None:
    """No report could contain the command."""
    refused(program("run", "happy_path", "--json", b"\xff.json"), "is not valid UTF-8")
    refused(program("replay", b"\xff.json"), "is not valid UTF-8")


def test_too_many_open_files(program: Callable[..., Completed]) -> None:
    """The message names the limit."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (14, 14))  # noqa: E731 - runs in the child

    done = program("run", "happy_path", preexec_fn=limit)

    refused(done, "Too many open files")


def test_a_full_disk(program: Callable[..., Completed]) -> None:
    """A temporary folder in which no byte can be written."""
    if not Path("/dev/full").exists() or os.geteuid() != 0:
        pytest.skip("needs a full file system, which only root can mount")
    with mounted("size=4k,nr_inodes=3") as folder:
        refused(program("run", "happy_path", env={"TMPDIR": str(folder)}), "No space left on device")


@contextmanager
def mounted(options: str) -> Iterator[Path]:
    """Mount a small file system in memory."""
    folder = Path(tempfile.mkdtemp())
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("this machine does not let us mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


def test_a_pipe_as_log_is_not_read(tmp_path: Path) -> None:
    """A reader of it might wait for ever."""
    pipe = tmp_path / "app.log"
    os.mkfifo(pipe)

    assert end_of(pipe) == Mark()
    assert written_since(pipe, Mark()).problem == NO_FILE


def test_a_pipe_without_a_reader_is_no_place_for_a_report(tmp_path: Path) -> None:
    """With a reader, the report is written into it."""
    pipe = tmp_path / "report"
    os.mkfifo(pipe)

    with pytest.raises(UsageError, match="Start its reader first"):
        files.refuse_unwritable(pipe)
    with pytest.raises(UsageError, match="Cannot write"):
        files.write(pipe, "text")

    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.refuse_unwritable(pipe)
    files.write(pipe, "text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)


@pytest.mark.parametrize("host", ["[::1", "[", "]", "\u2100"])
def test_a_malformed_host_at_the_control_port(host: str, tmp_path: Path) -> None:
    """The control API refuses it, and reports no internal error."""
    from fiskil_harness.server.control_http import application_of

    crashes: list[object] = []
    application = application_of([("GET", "/x", lambda _request, _body: {})], crashes=crashes)  # type: ignore[arg-type]

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/x", headers={"host": host.encode()})

    with ThreadPoolExecutor(1) as pool:  # another test's browser may run a loop in this thread
        response = pool.submit(lambda: asyncio.run(get())).result()

    assert (response.status_code, crashes) == (403, [])
