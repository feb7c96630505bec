"""Commands around a project's config: init, doctor and completion."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiskil_harness.cli import options

if TYPE_CHECKING:
    from fiskil_harness.cli.doctor import Check

SHELLS = ("bash", "zsh", "fish")


@click.command(epilog=options.examples("fiskil-harness init", "fiskil-harness init rehearsals/"))
@click.argument("folder", metavar="[FOLDER]", type=options.FILE, default=Path())
def init_command(folder: Path) -> int:
    """Write a commented fiskil-harness.toml into FOLDER (default: here); an existing file is left alone."""
    from fiskil_harness.core.config import FILE
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.report import files

    path = folder / FILE
    text = (Path(__file__).parent / "template" / FILE).read_text(encoding="utf-8")
    if path.exists() or path.is_symlink():
        raise UsageError(f"{str(path)!r} exists already and was left alone. Name another folder, or edit it.")
    files.write(path, text)
    click.echo(f"Wrote {path}. Fill in the command of your app, then run: fiskil-harness doctor")
    return 0


@click.command(
    epilog=options.examples(
        "fiskil-harness doctor", "fiskil-harness doctor --config staging.toml", "fiskil-harness doctor --api hosted"
    )
)
@options.config
@options.api
def doctor_command(config_file: Path | None, api: str) -> int:
    """Start the app, use every hook of the config once, and say what works and what each missing hook would unlock.

    With --api hosted the app is left alone: the config and the environment are looked at, and then the account.
    """
    from fiskil_harness.cli.doctor import State, diagnose
    from fiskil_harness.cli.screen import console
    from fiskil_harness.core.config import load

    screen = console()
    settings = load(config_file)
    if api == "hosted":
        from fiskil_harness.cli import doctor_hosted

        checks = doctor_hosted.check(settings)
    else:
        checks = diagnose(settings)
    for check in checks:
        _show(check, screen)
    wrong = [check for check in checks if check.state is State.WRONG]
    missing = [check for check in checks if check.state is State.MISSING]
    summary = f"{len(checks) - len(wrong) - len(missing)} work, {len(wrong)} wrong, {len(missing)} missing."
    more = " --api hosted" if api == "hosted" else ""
    is_wrong = bool(wrong) or (bool(missing) and bool(more))
    following = f"Mend what is wrong, then: fiskil-harness doctor{more}" if is_wrong else f"Next: fiskil-harness gate{more}"
    screen.print(f"\n{summary} {following}", style="bold red" if is_wrong else "bold")
    return 2 if is_wrong else 0


def _show(one: "Check", screen: object) -> None:
    from rich.console import Console
    from rich.text import Text

    from fiskil_harness.gate.report.text import wrapped

    assert isinstance(screen, Console)
    colour = {"works": "green", "wrong": "bold red", "missing": "yellow", "warning": "yellow"}.get(one.state, "")
    lines = wrapped(f"{one.state:<8} {one.hook}  {one.message}", 80, later_indent=" " * 9)
    for number, line in enumerate(lines):
        text = Text(line)
        if number == 0:
            text.stylize(colour, 0, len(one.state))
        screen.print(text)


@click.command(
    epilog=options.examples(
        'eval "$(fiskil-harness completion bash)"',
        "fiskil-harness completion fish | source",
    )
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion_command(shell: str) -> int:
    """Print the completion script of SHELL: bash, zsh or fish."""
    from click.shell_completion import get_completion_class

    from fiskil_harness.cli.main import PROGRAM, program

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(program, {}, PROGRAM, "_FISKIL_HARNESS_COMPLETE").source())
    return 0
