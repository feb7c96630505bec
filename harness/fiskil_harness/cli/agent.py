"""The ``agent`` command: prints a guide for programs that connect and repair an app."""

from pathlib import Path

import click

from fiskil_harness.cli import options


@click.command(epilog=options.examples("fiskil-harness agent", "fiskil-harness agent > SKILL.md"))
def agent_command() -> int:
    """Print SKILL.md: how a program connects an app, runs scenarios, reads failures as JSON, and proves a fix."""
    path = Path(__file__).parent / "template" / "SKILL.md"
    click.echo(path.read_text(encoding="utf-8"), nl=False)
    return 0
