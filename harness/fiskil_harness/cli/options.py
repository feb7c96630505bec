"""Options that several commands share, so that their names, help and behaviour are the same everywhere."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]
Option = Callable[[Command], Command]
"""A decorator that adds options to a command."""

FILE = click.Path(path_type=Path)
WORKERS = click.IntRange(1, 64)


def examples(*lines: str) -> str:
    """Return examples for the end of a help page, one per line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def scenario_names(_context: click.Context, _parameter: click.Parameter, prefix: str) -> list[str]:
    """Return the names of scenarios that begin with *prefix*, for completion in a shell."""
    from fiskil_harness.core.catalog import scenario_names
    from fiskil_harness.core.config import load_plugins
    from fiskil_harness.errors import HarnessError

    with contextlib.suppress(HarnessError):  # completion has no place for a message
        load_plugins()
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


def _together(*options: Option) -> Option:
    """Return a decorator that adds *options*, in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


interpretations = click.option(
    "--interpretation",
    "interpretations",
    metavar="CLAUSE=CHOICE",
    multiple=True,
    shell_complete=interpretation_names,
    help="Choose another interpretation of a doubtful clause; may be repeated. See: list interpretations.",
)
seed = click.option(
    "--seed",
    metavar="N",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Seed of people, rows and plans: same seed, same report.",
)
"""The same seed gives the same people, rows, plans and report."""
config = click.option(
    "--config",
    "config_file",
    metavar="FILE",
    type=FILE,
    help="The config  [default: fiskil-harness.toml, else pyproject.toml].",
)
gallery = click.option(
    "--gallery",
    "gallery_name",
    metavar="NAME",
    shell_complete=gallery_names,
    help="Use an app of the gallery instead of a config.",
)
api = click.option(
    "--api",
    type=click.Choice(["local", "hosted"]),
    default="local",
    show_default=True,
    help="Use the local Fiskil, or Fiskil's own API. See docs/hosted.md.",
)
allow_writes = click.option(
    "--allow-writes", is_flag=True, help="With --api hosted: allow requests that change data at Fiskil."
)
json_file = click.option(
    "--json", "json_path", metavar="FILE", type=FILE, help="Write the report as JSON; '-' is standard output."
)
"""``-`` is standard output."""
readable_reports = _together(
    click.option("--junit", "junit_path", metavar="FILE", type=FILE, help="Write the report as JUnit XML."),
    click.option("--markdown", "markdown_path", metavar="FILE", type=FILE, help="Write the report as Markdown."),
    click.option("--html", "html_path", metavar="FILE", type=FILE, help="Write the report as one HTML page."),
)
"""The report formats that `report render` can write."""
har_file = click.option("--har", "har_path", metavar="FILE", type=FILE, help="Write every API call as HAR, without secrets.")
app_log = click.option(
    "--app-log", "app_log_path", metavar="FILE", type=FILE, help="Write everything that the app prints, without secrets."
)
verbose = click.option("-v", "--verbose", "is_verbose", is_flag=True, help="Show everything, not only the summary.")
journal_file = click.option(
    "--journal",
    "journal_path",
    metavar="FILE",
    type=FILE,
    help="Write what happened, without secrets; `judge` evaluates it again.",
)
expect = click.option(
    "--expect",
    "expected",
    metavar="NAMES",
    multiple=True,
    help="Fail if one of these scenarios or practices did not run; names with commas, may be repeated.",
)
"""Names of scenarios and practices that must run."""
reports = _together(json_file, readable_reports, har_file, app_log)
"""An option for every report file."""
faults = click.option(
    "--fault",
    "faults",
    metavar="EXPR",
    multiple=True,
    help="Set a fault on a route; may be repeated. See: list faults, docs/faults.md.",
)
plans = _together(
    click.option(
        "--plans",
        "plan_count",
        metavar="N",
        type=click.IntRange(1, 1000),
        help="Plans that each random scenario generates  [default: 15; 10 for order and life plans].",
    ),
    click.option(
        "--shrink-s",
        metavar="S",
        type=click.FloatRange(0, 3600),
        help="Seconds for shrinking a failing plan  [default: 60].",
    ),
)
"""The number of generated plans, and the time for shrinking a failing one."""
pause = click.option("--pause", "is_paused", is_flag=True, help="Stop before each step and show what happened.")
receiver = _together(
    click.option("--secret-env", metavar="NAME", help="The environment variable with the app's signing secret."),
    click.option(
        "--effects",
        metavar="REQUEST",
        help="The request that returns what the app did, such as 'GET /effects' or 'GET http://127.0.0.1:9000/effects'.",
    ),
    click.option("--uses-events", metavar="KIND", multiple=True, help="A kind of event that the app uses; may be repeated."),
    click.option(
        "--scheme",
        metavar="NAME",
        help="Sign and format webhooks like another sender: convoy, github, shopify, slack, standard-webhooks, "
        "standard-webhooks-v1a, stripe, svix.",
    ),
)
"""The options that describe a running webhook receiver, except its URL."""
heavy = _together(
    click.option(
        "--heavy",
        "is_heavy",
        is_flag=True,
        help="Also send long and slow bodies, unsigned: at most 96 MiB and a minute each (webhook_endless_bodies).",
    ),
    click.option(
        "--body-bytes",
        metavar="N",
        type=click.IntRange(1, 64 * 1024 * 1024),
        help="With --heavy: the receiver promises to read at most N bytes of an unsigned body.",
    ),
    click.option(
        "--body-s",
        metavar="S",
        type=click.FloatRange(0.1, 58),
        help="With --heavy: the receiver promises to wait at most S seconds for a whole body.",
    ),
)
"""``--heavy``, and the limits that the receiver promises for long and slow bodies."""
workers = click.option(
    "--workers",
    metavar="N",
    type=WORKERS,
    default=1,
    show_default=True,
    help="Apps to run in parallel; the command must use {port} and {workdir}.",
)
"""The number of apps that run in parallel."""
gate_workers = click.option(
    "--workers",
    metavar="N",
    type=WORKERS,
    help="Apps to run in parallel  [default: two per core and more while the processors are unused, if the command uses "
    "{port} and {workdir}].",
)
"""``--workers N`` with a default that depends on the machine."""
baseline = click.option(
    "--baseline",
    "baseline_path",
    metavar="FILE",
    type=FILE,
    help="Fail only on what is worse than in this JSON report of an earlier gate.",
)
