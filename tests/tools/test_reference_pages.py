"""The generated pages of the reference are current and complete."""

import subprocess
import sys

import click
import pytest

from fiskil_harness.cli.config_keys import config_keys
from fiskil_harness.cli.main import COMMANDS, program
from fiskil_harness.core.config.hooks import HOOKS
from tests.paths import DOCS, ROOT
from tools import cli_table, config_table, option_table, practice_pages


@pytest.mark.parametrize(
    ("file", "tool"),
    [("cli.md", "cli_table"), ("options.md", "option_table"), ("config.md", "config_table"), ("probes.md", "probe_table")],
    ids=["cli", "options", "config", "probes"],
)
def test_a_page_is_current(file: str, tool: str) -> None:
    """``make docs`` writes the page again, in a process of its own as here."""
    command = [sys.executable, "-m", f"tools.{tool}"]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert (DOCS / file).read_text(encoding="utf-8").splitlines() == written.splitlines()


def test_the_pages_of_practices_are_current() -> None:
    """``make docs`` writes them again; there is no page of a practice that does not exist."""
    written = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "practices").iterdir()}

    assert written == practice_pages.pages()


def test_there_is_one_page_for_each_practice() -> None:
    """49 pages have code in both languages; the index has a link to each."""
    pages = practice_pages.pages()
    index = pages.pop("index.md")

    assert len(pages) == 49
    assert [name for name, page in pages.items() if page.count("```python\n") != 2 or page.count("```js") != 2] == []
    assert [name for name in pages if f"]({name})" not in index] == []


def test_every_option_of_every_command_is_listed() -> None:
    """Each command has a section, and each of its options a row."""
    page = cli_table.page()
    context = click.Context(program)
    commands = [program.get_command(context, name) for name in COMMANDS]
    options = [option for command in commands for parameter in command.params for option in parameter.opts]

    assert [name for name in COMMANDS if f"\n## {name}\n" not in page] == []
    assert [option for option in options if option.startswith("--") and option not in page] == []
    assert [option for option in options if option.startswith("--") and f"\n## {option}\n" not in option_table.page()] == []


def test_every_key_and_hook_is_listed() -> None:
    """The page has a row for each key of the config and for each hook."""
    page = config_table.page()

    assert [name for name in (*config_keys(), *HOOKS) if f"\n| `{name}` |" not in page] == []
