"""Generates ``docs/cli.md``: every command of the program with its arguments, options and examples.

``python -m tools.cli_table > docs/cli.md`` writes the page; a test fails if it is not current.
"""

import inspect
import re
from collections.abc import Iterator

import click

from fiskil_harness.cli.main import PROGRAM, program

HEAD = """# Commands and options

Generated from the program by `make docs`; a test fails if this page is not current.
`fiskil-harness COMMAND --help` shows the same. [Options by name](options.md) is an index, and
[the gate](gate.md) lists the exit codes.
"""


def page() -> str:
    """Return the page ``docs/cli.md``."""
    return "\n".join([HEAD, *(line for command, context in all_commands() for line in _described(command, context))])


def all_commands() -> Iterator[tuple[click.Command, click.Context]]:
    """Yield each command of the program with its context; a group comes before the commands in it."""
    yield from _commands_in(program, click.Context(program, info_name=PROGRAM))


def _commands_in(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            below = click.Context(command, info_name=name, parent=context)
            yield command, below
            if isinstance(command, click.Group):
                yield from _commands_in(command, below)


def _described(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the section about *command*."""
    names = context.command_path.split()[1:]
    yield from (f"{'#' * (len(names) + 1)} {' '.join(names)}", "")
    yield from ("```text", f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}", "```", "")
    yield from (_text(command.help or ""), "")
    records = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    if records:
        yield from ("| argument or option | effect |", "|---|---|")
        yield from (f"| `{cell(option)}` | {cell(effect)} |" for option, effect in records)
        yield ""
    if command.epilog:
        yield from ("```console", *(f"$ {line}" for line in _examples(command.epilog)), "```", "")


def _text(text: str) -> str:
    """Return the help text up to the part that is for readers of the code."""
    return inspect.cleandoc(text.partition("\f")[0]).replace("\b\n", "").strip()


def _examples(epilog: str) -> Iterator[str]:
    lines = re.sub(r"\\\n\s*", "", epilog).splitlines()
    return (line.strip() for line in lines if line.strip().startswith(PROGRAM))


def cell(text: str) -> str:
    """Return *text* in one line, as a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    click.echo(page(), nl=False)
