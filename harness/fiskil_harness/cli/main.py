"""The program itself: which commands there are, and what becomes of everything that goes wrong.

Exit codes: 0 holds, 1 violated or FAIL, 2 usage, config or an app that will not start, 3 inconclusive or not proven, 4 a
fault of our own, 130 interrupted.
"""

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from fiskil_harness.cli import streams
from fiskil_harness.core import signals
from fiskil_harness.errors import HarnessError, nearest

PROGRAM = "fiskil-harness"

COMMANDS = {
    "demo": ("demo", "See it at work: a correct app, then a flawed one."),
    "init": ("project", "Write a commented fiskil-harness.toml."),
    "doctor": ("project", "Try every hook of the config, and say what is missing."),
    "gate": ("gate", "Run everything, and open or stay shut."),
    "merge": ("gate", "Judge a gate from the parts that shards wrote."),
    "run": ("run", "Run scenarios by name."),
    "replay": ("run", "Run a saved plan again."),
    "webhooks": ("run", "Rehearse a webhook receiver: one URL, one secret."),
    "report": ("report", "Check a JSON report, or write it in other forms."),
    "selftest": ("selftest", "Try the judge: flawed apps it must catch, correct ones not."),
    "serve": ("serve", "Serve a local Fiskil until Ctrl-C."),
    "relay": ("relay", "Record and break calls of the hosted API until Ctrl-C."),
    "contract": ("contract", "Hold the sandbox, or Fiskil's own API, to the contract."),
    "list": ("list", "List scenarios, people, faults, practices ..."),
    "completion": ("project", "Print the completion script of a shell."),
}
"""Every command: its module in this package, and its line in the help."""

HELP = """The rehearsal room for integrations with Fiskil.

It stands up a local Fiskil, drives your app through what goes wrong in production, and proves by effects whether the app
follows Fiskil's 49 best practices.

\b
Examples:
  fiskil-harness demo
  fiskil-harness init && fiskil-harness doctor
  fiskil-harness gate --junit report.xml
  fiskil-harness run webhook_repeated --seed 42

\b
Exit codes:
  0 holds   1 violated   2 usage, config, or the app will not start
  3 not proven   4 a fault of the harness   130 interrupted
"""


class Commands(click.Group):
    """Loads a command's module when the command is used, and knows the nearest match of a mistyped one."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every command, in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The command called *name*."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"fiskil_harness.cli.{COMMANDS[name][0]}")
        found: click.Command = getattr(module, f"{name}_command")
        return found

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse an unknown command with the nearest match."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = nearest(args[0], COMMANDS)
            hint = f" Did you mean {near!r}?" if near else ""
            raise click.UsageError(f"No command {args[0]!r}.{hint} Known: {', '.join(COMMANDS)}.", ctx)
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _param: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        from fiskil_harness.cli.version import version

        click.echo(f"{PROGRAM} {version()}")
        ctx.exit()


@click.group(cls=Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def program() -> None:
    """Nothing by itself: every command stands for itself."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with its code; only a fault of our own shows a traceback."""
    streams.reopen()
    with streams.sheltered() as reasons:
        code = _run(arguments)
        sys.stdout.flush()
        if reasons:
            click.echo(f"Cannot write to standard output: {reasons[0]}.", err=True)
            code = code if code in {4, 130} else 2
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        with signals.stops_as_interrupt():
            code: Any = program.main(arguments, prog_name=PROGRAM, standalone_mode=False)
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
    except Exception:  # noqa: BLE001 - the last resort: say that it is our fault, not the reader's
        _tell_own_fault()
        return 4


def error_lines(text: str, width: int | None) -> str:
    """A complaint in lines of at most *width*, if there is one; the lines after the first are the app's own words."""
    if width is None:
        return text
    from fiskil_harness.gate.report.text import wrapped

    first, newline, others = text.partition("\n")
    return "\n".join(wrapped(first, width)) + newline + others


def _tell_own_fault() -> None:
    import traceback

    from fiskil_harness.core.redaction.redactor import Redactor

    click.echo(Redactor().redact(traceback.format_exc()), err=True)
    click.echo("This is a fault of fiskil-harness, not of your app. Please report it with the lines above.", err=True)
