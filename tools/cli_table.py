"""Generates ``docs/cli.md``: every command of the program with its arguments, options and examples.

``python -m tools.cli_table > docs/cli.md`` writes the page; a test fails if it is not current.
"""

import inspect
import re
from collections.abc import Iterator

import click

from fiskil_harness.cli.main import COMMANDS, PROGRAM, program

HEAD = """# Commands and options

Generated from the program by `make docs`; a test fails if this page is not current.
`fiskil-harness COMMAND --help` shows the same. [The gate](gate.md) lists the exit codes.
"""


def page() -> str:
    """Return the page ``docs/cli.md``."""
    context = click.Context(program, info_name=PROGRAM)
    lines = [HEAD]
    for name in COMMANDS:
        command = program.get_command(context, name)
        if command is not None:
            lines += _described(command, click.Context(command, info_name=name, parent=context), "##")
    return "\n".join(lines)


def _described(command: click.Command, context: click.Context, heading: str) -> Iterator[str]:
    """Yield a section about *command*, and one about each command below it."""
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (f"{heading} {context.command_path.partition(' ')[2]}", "")
    yield from ("```text", f"{context.command_path} {usage}", "```", "")
    yield from (_text(command.help or ""), "")
    records = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    if records:
        yield from ("| argument or option | effect |", "|---|---|")
        yield from (f"| `{_cell(names)}` | {_cell(effect)} |" for names, effect in records)
        yield ""
    if command.epilog:
        yield from ("```console", *(f"$ {line}" for line in _examples(command.epilog)), "```", "")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _described(below, click.Context(below, info_name=name, parent=context), f"{heading}#")


def _text(text: str) -> str:
    """Return the help text up to the part that is for readers of the code."""
    return inspect.cleandoc(text.partition("\f")[0]).replace("\b\n", "").strip()


def _examples(epilog: str) -> Iterator[str]:
    lines = re.sub(r"\\\n\s*", "", epilog).splitlines()
    return (line.strip() for line in lines if line.strip().startswith(PROGRAM))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    click.echo(page(), nl=False)
