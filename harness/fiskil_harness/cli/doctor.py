"""The ``doctor`` command: prints the checks of ``doctor_checks`` or ``doctor_hosted``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.json_reports import texts_beside, write
from fiskil_harness.core.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from fiskil_harness.cli.doctor_checks import Check


@click.command(
    epilog=options.examples(
        "fiskil-harness doctor",
        "fiskil-harness doctor --config staging.toml",
        "fiskil-harness doctor --api hosted",
        "fiskil-harness doctor --json -",
    )
)
@options.config
@options.api
@options.json_file
def doctor_command(config_file: Path | None, api: str, json_path: Path | None) -> int:
    """Start the app, use every hook of the config once, and report what works and what each missing hook would unlock.

    With --api hosted the app is not started; the command checks the config, the environment and the account at Fiskil.
    """
    from fiskil_harness.cli.doctor_checks import DoctorReport, diagnose
    from fiskil_harness.core.config import load

    settings = load(config_file)
    with texts_beside(json_path):
        if api == "hosted":
            from fiskil_harness.cli import doctor_hosted

            checks = doctor_hosted.check(settings)
        else:
            checks = diagnose(settings)
        exit_code = _show_all(checks, api)
    write(DoctorReport(checks=tuple(checks), exit_code=exit_code), json_path)
    return exit_code


def _show_all(checks: "Sequence[Check]", api: str) -> int:
    """Print the checks and the next step; return the exit code."""
    from fiskil_harness.cli.doctor_checks import State
    from fiskil_harness.cli.screen import console
    from fiskil_harness.gate.report.text import counted

    screen = console()
    for check in checks:
        _show(check, screen)
    wrong = [check for check in checks if check.state is State.WRONG]
    missing = [check for check in checks if check.state is State.MISSING]
    warnings = [check for check in checks if check.state is State.WARNING]
    noted = f", {counted(len(warnings), 'warning')}" if warnings else ""
    works = len(checks) - len(wrong) - len(missing) - len(warnings)
    summary = f"{works} work{noted}, {len(wrong)} wrong, {len(missing)} missing."
    option = " --api hosted" if api == "hosted" else ""
    is_wrong = bool(wrong) or (bool(missing) and bool(option))
    next_step = (
        f"Fix what is wrong, then run: fiskil-harness doctor{option}" if is_wrong else f"Next: fiskil-harness gate{option}"
    )
    screen.print(f"\n{summary} {next_step}", style="bold red" if is_wrong else "bold")
    return 2 if is_wrong else 0


def _show(check: "Check", screen: "Console") -> None:
    from rich.text import Text

    from fiskil_harness.gate.report.text import WIDTH, wrapped

    colour = {"works": "green", "wrong": "bold red", "missing": "yellow", "warning": "yellow"}.get(check.state, "")
    lines = wrapped(f"{check.state:<8} {check.hook}  {check.message}", WIDTH, later_indent=" " * 9)
    for number, line in enumerate(lines):
        text = Text(printable(line))
        if number == 0:
            text.stylize(colour, 0, len(check.state))
        screen.print(text)
