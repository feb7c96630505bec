"""Every output escapes what comes from outside: terminal, HTML, Markdown, JSON and pytest."""

import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fiskil_harness.cli import streams
from fiskil_harness.core.printable import has_unprintable, json_text, one_line, printable
from fiskil_harness.gate.report.markdown_text import cell, code, code_lines, prose
from tests.hostile import corpus
from tests.paths import SOURCE


def hidden(text: str) -> list[str]:
    """The characters in *text* that change a terminal or reorder a page; line feeds and tabs are lawful."""
    return [character for character in text if has_unprintable(character) and character not in "\n\t"]


@pytest.mark.parametrize("text", corpus.ALL, ids=ascii)
def test_a_text_is_printable_and_a_json_document_keeps_its_values(text: str) -> None:
    """Escapes are valid in JSON and Python."""
    document = json.dumps({text: [text]}, ensure_ascii=False, indent=1)

    assert not has_unprintable(one_line(text))
    assert hidden(printable(text)) == hidden(json_text(document)) == []
    assert json.loads(json_text(document)) == {text: [text]}


@pytest.mark.parametrize("text", corpus.ALL, ids=ascii)
def test_markdown_keeps_a_text_a_text(text: str) -> None:
    """No character with a meaning is left, and each row of a table keeps its number of cells."""
    shown = cell(text, longest=400)

    assert shown == prose(text)
    shown = re.sub(r"&#\d+;", "·", shown)
    assert not re.search(r"[<>\[\]`*~|\\$\n\r]|!\[|://|www\.|[@#]\w|:\w+:", shown)
    assert "|" not in code(text)
    assert hidden(code(text)) == []


@pytest.mark.parametrize("line", ["```", "a ``` b", "````", "```\r"])
def test_a_line_cannot_end_a_fenced_block(line: str) -> None:
    """Whatever it contains."""
    assert "```" not in "\n".join(code_lines([line]))


@pytest.mark.parametrize("module", ["fiskil_harness", "pytest"])
def test_the_output_of_an_app_does_not_reach_the_terminal_unescaped(module: str, tmp_path: Path) -> None:
    """On a real terminal, with an app that fails at its start."""
    (tmp_path / "show.py").write_text(
        f"import sys\nsys.stdout.buffer.write({' '.join(corpus.TERMINAL).encode('utf-8', 'surrogatepass')!r})\nsys.exit(3)"
    )
    (tmp_path / "fiskil-harness.toml").write_text('[app]\ncommand = "{python} show.py"\n')
    (tmp_path / "test_it.py").write_text("def test_it(fiskil_app):\n    pass\n")
    arguments = {"fiskil_harness": ["doctor"], "pytest": ["-q", "--color=no", "-p", "no:cacheprovider", "test_it.py"]}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", module, *arguments[module]]
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "NO_COLOR": "1", "TERM": "dumb", "PYTEST_ADDOPTS": ""}

    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=theirs, stderr=theirs, stdin=theirs) as process:
        os.close(theirs)
        output = b"".join(iter(lambda: read(ours), b"")).decode("utf-8", "replace")
        process.wait()
    os.close(ours)

    assert "The app exited with 3" in output
    assert "u001b" in output
    assert hidden(output.replace("\r\n", "\n")) == []


def read(terminal_fd: int) -> bytes:
    """Return the next output of the terminal; empty at its end."""
    try:
        return os.read(terminal_fd, 65536)
    except OSError:
        return b""


def test_a_stream_escapes_what_is_printed_but_not_what_rich_writes() -> None:
    """Rich writes colours through the stream that lets them through."""
    raw = io.BytesIO()
    stream = streams._Escaping(raw, encoding="utf-8", write_through=True)

    stream.write("\x1b[2Ja\n")
    streams.unescaped(stream).write("\x1b[1mb")

    assert raw.getvalue() == b"\\u001b[2Ja\n\x1b[1mb"
