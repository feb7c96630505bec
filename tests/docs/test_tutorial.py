"""The tutorial works: a reader who saves its files and runs its commands sees what it shows."""

from pathlib import Path

import pytest

from tests.docs.blocks import blocks, follow, is_shown
from tests.paths import DOCS

PAGE = (DOCS / "tutorial.md").read_text(encoding="utf-8")


@pytest.mark.gallery
@pytest.mark.long
def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    """Each file is saved and each command is run, in order; the gate opens at the end."""
    assert follow(PAGE, tmp_path) == []
    assert (tmp_path / "report.html").exists()


def test_every_block_is_saved_or_run() -> None:
    """No block of the page is left out by the test above."""
    assert [block for block in blocks(PAGE) if not block.title and block.language != "console"] == []
    assert [block.title for block in blocks(PAGE) if block.title] == ["shop.py", "fiskil-harness.toml", "shop.py"]


@pytest.mark.parametrize(
    ("lines", "output", "shown"),
    [
        (["a", "c"], "a\nb\nc\n", False),
        (["a", "...", "c"], "a\nb\nc\nd\n", True),
        (["...", "c"], "a\nb\nc\n", True),
        (["b"], "a\nb\n", False),
        ([], "a\n", True),
    ],
)
def test_output_is_compared_line_by_line(lines: list[str], output: str, shown: bool) -> None:
    """The lines of a page follow each other in the output, except where the page has an ellipsis."""
    assert is_shown(lines, output) is shown


def test_a_difference_names_command_and_output(tmp_path: Path) -> None:
    """A file is saved, a command runs, and output that the page does not show is reported."""
    page = '```text title="a.txt"\nhello\n```\n\n```console\n$ cat a.txt\nhello\n$ false\n$ echo $?\n0\n```\n'

    [difference] = follow(page, tmp_path)

    assert difference.startswith("$ echo $?\nexpected:\n0\noutput:\n1\n")
