"""The code blocks of a page, and a reader who saves the files and runs the commands of a page in order."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.paths import SOURCE

FENCE = re.compile(r"^( *)```(\w*)(?: title=\"([^\"]+)\")?\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A code block: its language, the file that it is to be saved as, and its text."""

    language: str
    title: str
    text: str


class Command(NamedTuple):
    """A command line, and the lines of its output that the page shows."""

    line: str
    output: list[str]


def blocks(text: str, language: str | None = None) -> list[Block]:
    """Return the code blocks of a page, in order; only those of *language*, if given."""
    found = [
        Block(tag, title, re.sub(rf"^{indent}", "", body, flags=re.MULTILINE))
        for indent, tag, title, body in FENCE.findall(text)
    ]
    return [block for block in found if language is None or block.language == language]


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block with the output that follows each."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [Command(line, output) for line, *output in (part.splitlines() for part in parts)]


def follow(text: str, folder: Path) -> list[str]:
    """Do what the page says in *folder*; return what differs from the page.

    A block with a title is saved as that file. The commands of a console block run in one shell, so that ``echo $?`` is
    the exit code of the command before. The output must have the lines that the page shows, in this order; ``...`` is any
    text.
    """
    differences: list[str] = []
    for block in blocks(text):
        if block.title:
            (folder / block.title).write_text(block.text)
        elif block.language == "console":
            differences += _run(commands(block), folder)
    return differences


def _run(shown: list[Command], folder: Path) -> list[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(SOURCE), "COLUMNS": "80"}
    script = "\n".join(f"{command.line}\ncode=$?; printf '\\036'; (exit $code)" for command in shown)
    completed = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    outputs = [*completed.stdout.split("\036"), *[""] * len(shown)]
    return [
        "\n".join([f"$ {command.line}", "expected:", *command.output, "output:", output, completed.stderr])
        for command, output in zip(shown, outputs, strict=False)
        if not is_shown(command.output, output)
    ]


def is_shown(lines: list[str], output: str) -> bool:
    """Return whether *output* has the *lines* of a page; ``...`` is any text, and the end may follow without it."""
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else f"{re.escape(line)}\n" for line in lines)
    return re.match(pattern, output) is not None
