"""The ``completion`` command: prints the completion script of a shell."""

import click

from fiskil_harness.cli import options

SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog=options.examples('eval "$(fiskil-harness completion bash)"', "fiskil-harness completion fish | source")
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion_command(shell: str) -> int:
    """Print the completion script of SHELL: bash, zsh or fish."""
    from click.shell_completion import get_completion_class

    from fiskil_harness.cli.main import PROGRAM, program

    completion_class = get_completion_class(shell)
    assert completion_class is not None
    click.echo(completion_class(program, {}, PROGRAM, "_FISKIL_HARNESS_COMPLETE").source())
    return 0
