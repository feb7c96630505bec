"""Options that several commands share, so that their names, help and behaviour are the same everywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]

FILE = click.Path(path_type=Path)


def examples(*lines: str) -> str:
    """Return examples for the end of a help page, one per line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def scenario_names(_context: click.Context, _parameter: click.Parameter, prefix: str) -> list[str]:
    """Return the names of scenarios that begin with *prefix*, for completion in a shell."""
    from fiskil_harness.core.catalog import scenario_names

    return [name for name in scenario_names() if name.startswith(prefix)]


def gallery_names(_context: click.Context, _parameter: click.Parameter, prefix: str) -> list[str]:
    """Return the names of gallery apps that begin with *prefix*, for completion in a shell."""
    from fiskil_harness.gate.selftest.gallery import apps

    return [name for name in apps() if name.startswith(prefix)]


def interpretation_names(_context: click.Context, _parameter: click.Parameter, prefix: str) -> list[str]:
    """Return the clauses, or after ``=`` the interpretations of a clause, that begin with *prefix*, for a shell."""
    from fiskil_harness.core.clauses import switches

    clause_id, equals, _ = prefix.partition("=")
    if not equals:
        return [f"{switch}=" for switch in switches() if switch.startswith(prefix)]
    choices = switches()[clause_id].interpretations if clause_id in switches() else ()
    return [text for choice in choices if (text := f"{clause_id}={choice}").startswith(prefix)]


def interpretations(command: Command) -> Command:
    """Add ``--interpretation CLAUSE=CHOICE``, which may be repeated."""
    return click.option(
        "--interpretation",
        "interpretations",
        metavar="CLAUSE=CHOICE",
        multiple=True,
        shell_complete=interpretation_names,
        help="Choose another interpretation of a doubtful clause; may be repeated. See: list interpretations.",
    )(command)


def seed(command: Command) -> Command:
    """Add ``--seed N``: the same seed gives the same people, rows, plans and report."""
    return click.option(
        "--seed",
        metavar="N",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Seed of people, rows and plans: same seed, same report.",
    )(command)


def config(command: Command) -> Command:
    """Add ``--config FILE``."""
    return click.option(
        "--config",
        "config_file",
        metavar="FILE",
        type=FILE,
        help="The config  [default: fiskil-harness.toml, else pyproject.toml].",
    )(command)


def gallery(command: Command) -> Command:
    """Add ``--gallery NAME``: an app of the gallery instead of a config."""
    return click.option(
        "--gallery",
        "gallery_name",
        metavar="NAME",
        shell_complete=gallery_names,
        help="Use an app of the gallery instead of a config.",
    )(command)


def api(command: Command) -> Command:
    """Add ``--api local|hosted``."""
    return click.option(
        "--api",
        "api",
        type=click.Choice(["local", "hosted"]),
        default="local",
        show_default=True,
        help="Use the local Fiskil, or Fiskil's own API. See docs/hosted.md.",
    )(command)


def allow_writes(command: Command) -> Command:
    """Add ``--allow-writes``."""
    return click.option(
        "--allow-writes",
        "allow_writes",
        is_flag=True,
        help="With --api hosted: allow requests that change data at Fiskil.",
    )(command)


def json_file(command: Command) -> Command:
    """Add ``--json FILE``; ``-`` is standard output."""
    return click.option(
        "--json", "json_path", metavar="FILE", type=FILE, help="Write the report as JSON; '-' is standard output."
    )(command)


def reports(command: Command) -> Command:
    """Add an option for every report file."""
    return json_file(readable_reports(har_file(command)))


def readable_reports(command: Command) -> Command:
    """Add options for the report formats that `report render` can write: HTML, Markdown and JUnit."""
    for option in (
        click.option("--html", "html_path", metavar="FILE", type=FILE, help="Write the report as one HTML page."),
        click.option("--markdown", "markdown_path", metavar="FILE", type=FILE, help="Write the report as Markdown."),
        click.option("--junit", "junit_path", metavar="FILE", type=FILE, help="Write the report as JUnit XML."),
    ):
        command = option(command)
    return command


def faults(command: Command) -> Command:
    """Add ``--fault EXPR``, which may be repeated."""
    return click.option(
        "--fault",
        "faults",
        metavar="EXPR",
        multiple=True,
        help="Set a fault on a route; may be repeated. See: list faults, docs/faults.md.",
    )(command)


def har_file(command: Command) -> Command:
    """Add ``--har FILE``."""
    return click.option(
        "--har",
        "har_path",
        metavar="FILE",
        type=FILE,
        help="Write every API call as HAR, without secrets.",
    )(command)


def plans(command: Command) -> Command:
    """Add ``--plans N`` and ``--shrink-s S``: the number of generated plans, and the time for shrinking a failing one."""
    command = click.option(
        "--shrink-s",
        "shrink_s",
        metavar="S",
        type=click.FloatRange(0, 3600),
        default=None,
        help="Seconds for shrinking a failing plan  [default: 60].",
    )(command)
    return click.option(
        "--plans",
        "plan_count",
        metavar="N",
        type=click.IntRange(1, 1000),
        default=None,
        help="Plans that each random scenario generates  [default: 15; 10 for order and life plans].",
    )(command)


def pause(command: Command) -> Command:
    """Add ``--pause``."""
    return click.option("--pause", "is_paused", is_flag=True, help="Stop before each step and show what happened.")(command)


def receiver(command: Command) -> Command:
    """Add the options that describe a running webhook receiver, except its URL."""
    for option in (
        click.option(
            "--scheme",
            metavar="NAME",
            help="Sign and format webhooks like another sender: github, shopify, standard-webhooks.",
        ),
        click.option(
            "--uses-events", metavar="KIND", multiple=True, help="A kind of event that the app uses; may be repeated."
        ),
        click.option(
            "--effects", metavar="REQUEST", help="The request that returns what the app did, such as 'GET /effects'."
        ),
        click.option("--secret-env", metavar="NAME", help="The environment variable with the app's signing secret."),
    ):
        command = option(command)
    return command


def heavy(command: Command) -> Command:
    """Add ``--heavy``, and the limits that the receiver promises for long and slow bodies."""
    for option in (
        click.option(
            "--body-s",
            "body_s",
            metavar="S",
            type=click.FloatRange(0.1, 58),
            default=None,
            help="With --heavy: the receiver promises to wait at most S seconds for a whole body.",
        ),
        click.option(
            "--body-bytes",
            "body_bytes",
            metavar="N",
            type=click.IntRange(1, 64 * 1024 * 1024),
            default=None,
            help="With --heavy: the receiver promises to read at most N bytes of an unsigned body.",
        ),
        click.option(
            "--heavy",
            "is_heavy",
            is_flag=True,
            help="Also send long and slow bodies, unsigned: at most 96 MiB and a minute each (webhook_endless_bodies).",
        ),
    ):
        command = option(command)
    return command


def workers(command: Command) -> Command:
    """Add ``--workers N``: the number of apps that run in parallel."""
    return click.option(
        "--workers",
        metavar="N",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        help="Apps to run in parallel; the command must use {port} and {workdir}.",
    )(command)


def gate_workers(command: Command) -> Command:
    """Add ``--workers N``, whose default depends on the machine."""
    return click.option(
        "--workers",
        metavar="N",
        type=click.IntRange(1, 64),
        default=None,
        help="Apps to run in parallel  [default: one per core, 2 to 4, if the command uses {port} and {workdir}].",
    )(command)


def baseline(command: Command) -> Command:
    """Add ``--baseline FILE``."""
    return click.option(
        "--baseline",
        "baseline_path",
        metavar="FILE",
        type=FILE,
        help="Fail only on what is worse than in this JSON report of an earlier gate.",
    )(command)
