"""The command-line program: its commands, and the handling of every error that ends a command.

Exit codes: 0 open or passed, 1 violated or FAIL, 2 usage or config error, or an app that does not start, 3 inconclusive or
not proven, 4 internal error, 130 interrupted.
"""

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from fiskil_harness.cli import streams
from fiskil_harness.core import signals
from fiskil_harness.errors import HarnessError, UsageError, nearest

PROGRAM = "fiskil-harness"

COMMANDS = {
    "demo": "Show the harness at work: on a flawed app, then on a correct one.",
    "init": "Write a commented fiskil-harness.toml.",
    "doctor": "Try every hook of the config and report what is missing.",
    "gate": "Run every scenario and decide: the gate is open or shut.",
    "merge": "Judge a gate from the reports of its shards.",
    "run": "Run scenarios by name.",
    "judge": "Judge a recorded run again, without the app.",
    "replay": "Run a saved plan again.",
    "webhooks": "Test a webhook receiver: one URL, one secret.",
    "report": "Verify a JSON report, write it in other formats, or list tasks.",
    "selftest": "Test the harness on apps with known flaws.",
    "serve": "Serve a local Fiskil until Ctrl-C.",
    "relay": "Record and disturb calls to the hosted API until Ctrl-C.",
    "contract": "Test the sandbox, or Fiskil's own API, against the contract.",
    "new": "Write your own probe, step, fault or scenario, and its test.",
    "list": "List scenarios, people, faults, practices ...",
    "explain": "Explain a practice, scenario, probe, bug, config key ...",
    "agent": "Print a guide for programs: connect, run, read, fix, prove.",
    "completion": "Print the completion script of a shell.",
}
"""Every command and its line in the help. Each command is in the module of the same name."""

HELP = """Test integrations with the Fiskil API.

It starts a local Fiskil, puts your app through the failures that occur in production, and examines what your app did. The
result shows which of Fiskil's 49 best practices the app follows.

\b
Examples:
  fiskil-harness demo
  fiskil-harness init && fiskil-harness doctor
  fiskil-harness gate --junit report.xml
  fiskil-harness run webhook_repeated --seed 42
  fiskil-harness explain webhooks.idempotent

\b
Exit codes:
  0 open or passed   1 violated   2 usage, config, or the app does not start
  3 not proven       4 internal error of the harness     130 interrupted
"""


class Commands(click.Group):
    """Imports a command's module only when the command runs, and suggests the nearest match of a mistyped name."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order in which a new user needs them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Return the command called *name*; None if no command has this name."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"fiskil_harness.cli.{name}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument in *args* specifies.

        Raises:
            UsageError: There is no such command; the message suggests the nearest match.
        """
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = nearest(args[0], COMMANDS)
            hint = f" Did you mean {near!r}?" if near else ""
            raise click.UsageError(f"No command {args[0]!r}.{hint} Known: {', '.join(COMMANDS)}.", ctx)
        return super().resolve_command(ctx, args)


def _show_version(ctx: click.Context, _param: click.Parameter, is_given: bool) -> None:
    if is_given:
        from fiskil_harness.core.version import version

        click.echo(f"{PROGRAM} {version()}")
        ctx.exit()


@click.group(cls=Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version.")
def program() -> None:
    """Do nothing; the commands do the work."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with its code; only an internal error shows a traceback.

    Args:
        arguments: The command-line arguments (default: those in ``sys.argv``).
    """
    streams.reopen()
    with streams.sheltered() as write_errors:
        code = _run(arguments)
        sys.stdout.flush()
        if write_errors:
            click.echo(f"Cannot write to standard output: {write_errors[0]}.", err=True)
            code = code if code in {4, 130} else 2
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        with signals.stops_as_interrupt():
            code: Any = _run_command(arguments)
        return code if isinstance(code, int) else 0
    except click.NoSuchOption as error:
        from fiskil_harness.core.renamed import new_name

        now = new_name("options", error.option_name)
        renamed = click.UsageError(f"{error.message} It is now called {now}.", error.ctx)
        (renamed if now else error).show()
        return 2
    except click.ClickException as error:
        error.show()
        return 2
    except HarnessError as error:
        click.echo(error_lines(f"{error}", streams.columns()), err=True)
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return 130
    except Exception:  # noqa: BLE001 - the last resort: report an internal error instead of blaming the user
        _report_internal_error()
        return 4


def _run_command(arguments: Sequence[str] | None) -> Any:
    """Run the command in *arguments*, and return its exit code.

    Raises:
        UsageError: An argument is not UTF-8, or the machine has a problem that the user can repair, such as a full disk.
    """
    from fiskil_harness.core import machine

    unreadable = next(filter(_is_no_text, sys.argv[1:] if arguments is None else arguments), None)
    if unreadable is not None:
        raise UsageError(f"The argument {unreadable!a} is not valid UTF-8. Rename the file, or give another name.")
    try:
        return program.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except OSError as error:
        problem = machine.problem_of(error)
        if not problem:
            raise
        raise UsageError(problem) from None


def _is_no_text(argument: str) -> bool:
    """Return true for an argument whose bytes are not UTF-8, because no report could contain it."""
    return any("\ud800" <= character <= "\udfff" for character in argument)


def error_lines(text: str, width: int | None) -> str:
    """Return the error message *text* with its first line wrapped at *width*; if *width* is None, nothing is wrapped.

    Later lines are output of the app, so they stay unchanged.
    """
    if width is None:
        return text
    from fiskil_harness.gate.report.text import wrapped

    first, newline, others = text.partition("\n")
    return "\n".join(wrapped(first, width)) + newline + others


def _report_internal_error() -> None:
    import traceback

    from fiskil_harness.core.redaction.redactor import Redactor

    click.echo(Redactor().redact(traceback.format_exc()), err=True)
    click.echo(
        "This is an internal error of fiskil-harness, not of your app. Please report it with the lines above.", err=True
    )
