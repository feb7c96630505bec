"""Generates ``docs/options.md``: every option of the program by name, with the commands that have it.

Each option is a heading, so that a search finds it. ``python -m tools.option_table > docs/options.md`` writes the page; a
test fails if it is not current.
"""

import click

from tools.cli_table import all_commands

HEAD = """# Options by name

Generated from the program by `make docs`; a test fails if this page is not current.
[Commands and options](cli.md) has the same by command.
"""


def page() -> str:
    """Return the page ``docs/options.md``."""
    options: dict[str, dict[tuple[str, str], list[str]]] = {}
    for command, context in all_commands():
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if record and isinstance(parameter, click.Option):
                path = context.command_path.partition(" ")[2]
                options.setdefault(max(parameter.opts, key=len), {}).setdefault(record, []).append(path)
    lines = [HEAD]
    for name, records in sorted(options.items()):
        lines += [f"## {name}", ""]
        for (names, effect), paths in records.items():
            links = ", ".join(f"[{path}](cli.md#{path.replace(' ', '-')})" for path in paths)
            lines += [f"`{names}` {' '.join(effect.split())} In {links}.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    click.echo(page(), nl=False)
